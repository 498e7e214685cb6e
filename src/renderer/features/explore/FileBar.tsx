import { FileWarning } from 'lucide-react'
import type { EditorTab } from '../../../main/contract/settings.ts'
import { Button } from '../../components/Button.tsx'
import { save } from './SaveDialog.tsx'
import { fileStateOf, keepText, takeFile, useSavedQueries } from './savedQueryStore.ts'
import styles from './FileBar.module.css'

/** Said where a tab's text and its file have both changed; nothing is overwritten before the person has chosen. */
export function FileBar({ tab }: { tab: EditorTab }) {
  const saved = useSavedQueries((state) => state.saved)
  const state = fileStateOf(tab, saved)
  if (state !== 'changed' && state !== 'gone') return null
  const { path } = tab.saved!
  const query = saved!.queries.find((there) => there.path === path)
  return (
    <div className={styles.bar} role="status">
      <FileWarning size={15} strokeWidth={1.75} aria-hidden />
      {query ? (
        <>
          <span><strong>{path}</strong> was changed on disk, and you have changes of your own.</span>
          <Button size="small" onClick={() => takeFile(tab.id, query)}>Take the file</Button>
          <Button size="small" onClick={() => keepText(tab.id, query)}>Keep mine</Button>
        </>
      ) : (
        <>
          <span><strong>{path}</strong> is no longer in the folder. Your text is kept here.</span>
          <Button size="small" onClick={() => void save()}>Save it again</Button>
        </>
      )}
    </div>
  )
}

import { PenLine, Plus, Trash2 } from 'lucide-react'
import { Button, IconButton } from '../components/Button.tsx'
import { usePreferences } from './preferences.ts'
import { editSnippet, removeSnippet } from './snippetDialog.ts'
import styles from './SnippetList.module.css'

/** The person's own snippets, to be added, changed and removed. */
export function SnippetList() {
  const snippets = usePreferences((state) => state.preferences.snippets)
  return (
    <div className={styles.snippets}>
      {snippets.length === 0 && (
        <p className="muted">None yet. A few letters in the editor bring up what you write often.</p>
      )}
      <ul aria-label="Snippets of your own">
        {snippets.map((snippet) => (
          <li key={snippet.prefix}>
            <code>{snippet.prefix}</code>
            <span className={styles.words} title={snippet.body}>{snippet.words || snippet.body}</span>
            <IconButton size="small" icon={PenLine} label={`Change ${snippet.prefix}`} onClick={() => editSnippet(snippet, snippet)} />
            <IconButton size="small" icon={Trash2} label={`Remove ${snippet.prefix}`} onClick={() => void removeSnippet(snippet)} />
          </li>
        ))}
      </ul>
      <Button size="small" icon={Plus} onClick={() => editSnippet({ prefix: '', words: '', body: '' })}>Add a snippet</Button>
    </div>
  )
}

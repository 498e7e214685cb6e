import { useState } from 'react'
import { create } from 'zustand'
import type { Fault } from '../../../main/contract/errors.ts'
import type { EditorTab } from '../../../main/contract/settings.ts'
import { Button } from '../../components/Button.tsx'
import { faultOfThrown } from '../../components/consequences.ts'
import { Dialog } from '../../components/Dialog.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { TextField } from '../../components/Field.tsx'
import { savedQueryAt, saveTab, useSavedQueries } from './savedQueryStore.ts'
import { activeTab } from './tabStore.ts'
import styles from './SessionDialog.module.css'

const useSaveDialog = create<{ tabId: string | null; fault: Fault | null }>()(() => ({ tabId: null, fault: null }))

const close = (): void => useSaveDialog.setState({ tabId: null, fault: null })

/** Saves at once where the tab has a file, else asks for a name. */
export async function save(): Promise<void> {
  const tab = activeTab()
  if (!tab) return
  const query = tab.saved ? savedQueryAt(tab.saved.path) : undefined
  // A file that is gone, or was changed by somebody else, is a question.
  if (!tab.saved || !query || query.version !== tab.saved.version) return saveAs()
  const { path, title, description, version } = query
  try {
    await saveTab(tab, { path, title, description, version })
  } catch (thrown) {
    useSaveDialog.setState({ tabId: tab.id, fault: faultOfThrown(thrown) })
  }
}

export function saveAs(): void {
  useSaveDialog.setState({ tabId: activeTab()?.id ?? null, fault: null })
}

function fileNameOf(title: string): string {
  const name = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '')
  return `${name || 'query'}.sql`
}

function SaveForm({ tab, fault: given }: { tab: EditorTab; fault: Fault | null }) {
  const saved = useSavedQueries((state) => state.saved)
  const before = tab.saved ? saved?.queries.find(({ path }) => path === tab.saved!.path) : undefined
  const [path, setPath] = useState(tab.saved?.path ?? fileNameOf(tab.title))
  const [title, setTitle] = useState(before?.title ?? '')
  const [description, setDescription] = useState(before?.description ?? '')
  const [fault, setFault] = useState(given)
  const [busy, setBusy] = useState(false)
  const file = path.trim().endsWith('.sql') ? path.trim() : `${path.trim()}.sql`
  const there = saved?.queries.find((query) => query.path === file)

  async function submit(): Promise<void> {
    setBusy(true)
    try {
      await saveTab(tab, { path: file, title, description, version: there?.version ?? null })
      close()
    } catch (thrown) {
      setFault(faultOfThrown(thrown))
    } finally {
      setBusy(false)
    }
  }

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <TextField
        label="File" mono value={path} onChange={setPath} required
        hint={there ? 'It is there already, and will be written over.' : `In ${saved?.folder ?? 'the folder of saved queries'}`}
      />
      <TextField label="Title" value={title} onChange={setTitle} />
      <TextField label="Description" value={description} onChange={setDescription} />
      {fault && <ErrorNote fault={fault} />}
      <footer className={styles.actions}>
        <Button variant="quiet" onClick={close}>Cancel</Button>
        <Button variant="primary" type="submit" busy={busy} disabled={path.trim() === ''}>
          {there ? 'Save over it' : 'Save'}
        </Button>
      </footer>
    </form>
  )
}

/** Gives a query its file. */
export function SaveDialog({ tab }: { tab: EditorTab }) {
  const { tabId, fault } = useSaveDialog()
  const open = tabId === tab.id
  return (
    <Dialog open={open} onClose={close} title="Save the query as a file" width={480}>
      {open && <SaveForm tab={tab} fault={fault} />}
    </Dialog>
  )
}

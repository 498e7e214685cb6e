import { useState } from 'react'
import { snippetSchema } from '../../main/contract/settings.ts'
import type { Snippet } from '../../main/contract/settings.ts'
import { Button } from '../components/Button.tsx'
import { Dialog } from '../components/Dialog.tsx'
import { TextArea, TextField } from '../components/Field.tsx'
import { usePreferences } from './preferences.ts'
import { closeSnippetDialog, keepSnippet, useSnippetDialog } from './snippetDialog.ts'
import styles from './SnippetDialog.module.css'

function SnippetForm({ draft, before }: { draft: Snippet; before: Snippet | null }) {
  const [snippet, setSnippet] = useState(draft)
  const known = usePreferences((state) => state.preferences.snippets)
  const isTaken = known.some((other) => other !== before && other.prefix === snippet.prefix)
  const isFit = snippetSchema.safeParse(snippet).success && !isTaken
  const isWord = snippet.prefix === '' || snippetSchema.shape.prefix.safeParse(snippet.prefix).success
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (isFit) void keepSnippet(snippet, before).then(closeSnippetDialog)
      }}
    >
      <TextField
        label="Letters that bring it up" mono value={snippet.prefix}
        error={isTaken ? 'Another snippet has these letters.' : isWord ? null : 'One word of at most 20 letters and digits.'}
        onChange={(prefix) => setSnippet({ ...snippet, prefix })}
      />
      <TextField label="What it is" value={snippet.words} maxLength={80} onChange={(words) => setSnippet({ ...snippet, words })} />
      <TextArea
        label="Text" value={snippet.body} rows={8} onChange={(body) => setSnippet({ ...snippet, body })}
        hint={<>Tab goes from place to place: <code>$&#123;1:table&#125;</code>, <code>$&#123;2:column&#125;</code>; the cursor ends at <code>$0</code>.</>}
      />
      <footer className={styles.actions}>
        <Button variant="quiet" onClick={closeSnippetDialog}>Cancel</Button>
        <Button variant="primary" type="submit" disabled={!isFit}>Keep it</Button>
      </footer>
    </form>
  )
}

/** A snippet of the person's own, new or changed. */
export function SnippetDialog() {
  const { draft, before } = useSnippetDialog()
  return (
    <Dialog open={draft !== null} title={before ? 'Change the snippet' : 'A snippet of your own'} width={520} onClose={closeSnippetDialog}>
      {draft && <SnippetForm draft={draft} before={before} />}
    </Dialog>
  )
}

import { useState } from 'react'
import { FolderOpen, RotateCw, Trash2 } from 'lucide-react'
import type { Workspace } from '../../../main/contract/workspace.ts'
import { copyEverythingAgain, copyingEverything, isMendedByCopying } from '../../app/copyEverything.ts'
import { engine } from '../../app/engineClient.ts'
import { useLive } from '../../app/live.ts'
import { askToOpen, useOpening } from '../../app/openWorkspace.ts'
import { goTo } from '../../app/places.ts'
import { readWorkspaces, sourceNameOf, useWorkspaces } from '../../app/workspaces.ts'
import { Badge, ProductionMark } from '../../components/Badge.tsx'
import { Button, IconButton } from '../../components/Button.tsx'
import { faultOfThrown } from '../../components/consequences.ts'
import { Dialog } from '../../components/Dialog.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { Checkbox } from '../../components/Field.tsx'
import { formatAgo, formatInstantWithZone } from '../../components/format.ts'
import { useNow } from '../../components/useNow.ts'
import type { Fault } from '../../../main/contract/errors.ts'
import styles from './EarlierWorkspaces.module.css'

type Removed = Awaited<ReturnType<typeof engine.workspace.remove>>

function removedWords({ droppedSlot, droppedPublications }: Removed): string {
  const slot = droppedSlot ? 'The slot was dropped' : 'There was no slot left to drop'
  const publications =
    droppedPublications.length === 0
      ? 'there was no publication left to drop'
      : `the publication ${droppedPublications.join(', ')} was dropped`
  return `${slot}, and ${publications}. Nothing of Millrace is left on the source.`
}

function RemoveDialog({ workspace, onClose }: { workspace: Workspace; onClose(): void }) {
  // The demo's file is of no use without its slot, and the demo can make it anew.
  const [deleteFile, setDeleteFile] = useState(workspace.isDemo)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)
  const [removed, setRemoved] = useState<Removed | null>(null)

  async function remove(): Promise<void> {
    setBusy(true)
    setFault(null)
    try {
      setRemoved(await engine.workspace.remove({ id: workspace.id, deleteFile }))
      await readWorkspaces()
    } catch (thrown) {
      setFault(faultOfThrown(thrown))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={removed ? `${workspace.name} is removed` : `Remove ${workspace.name}?`}
      actions={
        removed ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button variant="danger" busy={busy} onClick={() => void remove()}>
              Remove
            </Button>
          </>
        )
      }
    >
      <div className={styles.dialog}>
        {removed ? (
          <p>{removedWords(removed)}</p>
        ) : (
          <>
            <p>
              Its slot and its publication on <strong>{workspace.source.host}</strong> are dropped, so the source keeps no
              log for it any more. Your tables there are not touched.
            </p>
            <Checkbox checked={deleteFile} onChange={setDeleteFile} hint={<code>{workspace.filePath}</code>}>
              Delete the replica file too
            </Checkbox>
          </>
        )}
        {fault && <ErrorNote fault={fault} />}
      </div>
    </Dialog>
  )
}

/** Of the open workspace, where its source has no longer what the file lacks: said plainly, and mended by one click. */
function LostLog() {
  const snapshot = useLive((live) => live.snapshot)
  const workspace = useWorkspaces((state) => state.current)
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Fault | null>(null)
  const fault = snapshot?.state === 'failed' ? snapshot.fault : null
  if (!workspace || !fault || !isMendedByCopying(fault)) return null

  async function copy(): Promise<void> {
    setBusy(true)
    setRefusal(null)
    try {
      await copyEverythingAgain()
      goTo('live')
    } catch (thrown) {
      setRefusal(faultOfThrown(thrown))
    } finally {
      setBusy(false)
    }
  }

  return (
    <div className={styles.lost}>
      <ErrorNote
        fault={fault}
        action={
          <Button size="small" variant="primary" icon={RotateCw} busy={busy} onClick={() => void copy()}>
            Copy everything again
          </Button>
        }
      />
      <p className="muted">{copyingEverything(sourceNameOf(workspace))}</p>
      {refusal && <ErrorNote fault={refusal} />}
    </div>
  )
}

/** The sources that were followed before: open again, or leave nothing behind. */
export function EarlierWorkspaces() {
  const { current, all } = useWorkspaces()
  const opening = useOpening()
  const nowMs = useNow()
  const [removing, setRemoving] = useState<Workspace | null>(null)
  if (all.length === 0 && !removing) return null
  return (
    <section className={styles.earlier} aria-label="Earlier workspaces">
      <h2>Followed before</h2>
      <LostLog />
      <ul>
        {all.map((workspace) => {
          const isOpen = workspace.id === current?.id
          const { user, host, port, database } = workspace.source
          return (
            <li key={workspace.id} className={styles.workspace}>
              <div className={styles.words}>
                <span className={styles.name}>
                  {workspace.name}
                  {workspace.isDemo && <Badge>demo</Badge>}
                  {workspace.isProduction && <ProductionMark />}
                  {isOpen && <Badge tone="ok">open</Badge>}
                </span>
                <span className={styles.address}>{`${user}@${host}:${port}/${database}`}</span>
              </div>
              <span className={styles.opened} title={formatInstantWithZone(workspace.lastOpenedAt)}>
                {workspace.lastOpenedAt ? formatAgo(workspace.lastOpenedAt, nowMs) : 'never opened'}
              </span>
              <Button
                size="small"
                icon={FolderOpen}
                busy={opening.busy && opening.workspace?.id === workspace.id}
                onClick={() => (isOpen ? goTo('live') : askToOpen(workspace))}
              >
                {isOpen ? 'Show' : 'Open'}
              </Button>
              <IconButton size="small" icon={Trash2} label={`Remove ${workspace.name}`} onClick={() => setRemoving(workspace)} />
            </li>
          )
        })}
      </ul>
      {removing && <RemoveDialog workspace={removing} onClose={() => setRemoving(null)} />}
    </section>
  )
}

import { useState } from 'react'
import { Pencil, Trash2 } from 'lucide-react'
import type { Fault } from '../../../main/contract/errors.ts'
import { readCatalog } from '../../app/catalogs.ts'
import { engine } from '../../app/engineClient.ts'
import { openSchemaPicture, openTablePage } from '../../app/tablePages.ts'
import { Button } from '../../components/Button.tsx'
import { faultOfThrown } from '../../components/consequences.ts'
import { Dialog } from '../../components/Dialog.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { TextField } from '../../components/Field.tsx'

/** What can be done with a table of the user's own: another name, or none at all. */
export function ScratchActions({ name, kind }: { name: string; kind: 'table' | 'view' }) {
  const [asked, setAsked] = useState<'rename' | 'drop' | null>(null)
  const [to, setTo] = useState(name)
  const [fault, setFault] = useState<Fault | null>(null)

  async function perform(work: () => Promise<unknown>, then: () => void): Promise<void> {
    setFault(null)
    try {
      await work()
      setAsked(null)
      then()
      await readCatalog('replica')
    } catch (thrown) {
      setFault(faultOfThrown(thrown))
    }
  }
  const rename = (): void => {
    const wanted = to.trim()
    void perform(() => engine.scratch.rename({ name, to: wanted }), () => openTablePage({ schema: 'scratch', name: wanted }))
  }
  const drop = (): void => void perform(() => engine.scratch.drop({ name }), openSchemaPicture)
  const close = (): void => {
    setAsked(null)
    setFault(null)
  }

  return (
    <>
      <Button size="small" variant="quiet" icon={Pencil} onClick={() => setAsked('rename')}>Rename</Button>
      <Button size="small" variant="quiet" icon={Trash2} onClick={() => setAsked('drop')}>Drop</Button>
      <Dialog
        open={asked === 'rename'} onClose={close} title={`Rename ${name}`}
        actions={
          <>
            <Button onClick={close}>Cancel</Button>
            <Button variant="primary" disabled={to.trim() === '' || to.trim() === name} onClick={rename}>Rename</Button>
          </>
        }
      >
        <form onSubmit={(event) => { event.preventDefault(); rename() }}>
          <TextField label="New name" mono value={to} onChange={setTo} />
          {fault && <ErrorNote fault={fault} />}
        </form>
      </Dialog>
      <Dialog
        open={asked === 'drop'} onClose={close} title={`Drop ${name}`}
        actions={
          <>
            <Button onClick={close}>Cancel</Button>
            <Button variant="danger" onClick={drop}>{`Drop the ${kind}`}</Button>
          </>
        }
      >
        <p>{`scratch.${name} is deleted for good. The replica and its source are not touched.`}</p>
        {fault && <ErrorNote fault={fault} />}
      </Dialog>
    </>
  )
}

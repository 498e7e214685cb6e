import { Command as Cmdk } from 'cmdk'
import { Table2 } from 'lucide-react'
import { useLiveStore } from '../../app/live.ts'
import styles from '../../app/Palette.module.css'
import { tableFaces } from '../../app/tableFaces.ts'
import { Dialog } from '../../components/Dialog.tsx'
import { copyAgain } from './actions.ts'
import { closeTableDialog, openTableDialog, type TablePurpose } from './tableDialogs.ts'
import { canBeCopiedAgain, canBeRemoved, inOrder } from './tableRows.ts'

const titles: Record<TablePurpose, string> = { 'copy-again': 'Copy which table again?', remove: 'Stop following which table?' }
const fits = { 'copy-again': canBeCopiedAgain, remove: canBeRemoved }

/** One of the followed tables, by a few letters of its name. */
export function ChooseTableDialog({ purpose }: { purpose: TablePurpose }) {
  const tables = inOrder(useLiveStore.getState().snapshot?.tables ?? []).filter(fits[purpose])
  return (
    <Dialog open onClose={closeTableDialog} title={titles[purpose]} width={560} bare>
      <Cmdk label={titles[purpose]} className={styles.palette} loop>
        <Cmdk.Input autoFocus placeholder={titles[purpose]} className={styles.input} />
        <Cmdk.List className={styles.list}>
          <Cmdk.Empty className={styles.empty}>No table of that name.</Cmdk.Empty>
          {tables.map(({ schema, name, state }) => (
            <Cmdk.Item
              key={`${schema}.${name}`}
              value={`${schema}.${name}`}
              className={styles.item}
              onSelect={() => {
                if (purpose === 'remove') return openTableDialog({ kind: 'remove', table: { schema, name } })
                closeTableDialog()
                void copyAgain({ schema, name })
              }}
            >
              <Table2 size={14} strokeWidth={1.75} aria-hidden />
              <span className={styles.label}>
                {schema}.{name}
              </span>
              <span className={styles.detail}>{tableFaces[state].word}</span>
            </Cmdk.Item>
          ))}
        </Cmdk.List>
      </Cmdk>
    </Dialog>
  )
}

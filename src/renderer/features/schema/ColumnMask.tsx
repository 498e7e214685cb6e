import { useState } from 'react'
import type { TablePage, TablePageColumn } from '../../../main/contract/catalog.ts'
import type { MaskRule } from '../../../main/contract/masks.ts'
import { engine } from '../../app/engineClient.ts'
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx'
import { MaskSelect } from '../../components/MaskSelect.tsx'
import { maskWords } from '../../components/maskWords.ts'
import styles from './TablePageView.module.css'

/** The mask of one column; to change it asks first, because the table is copied again. */
export function ColumnMask({ page, column }: { page: TablePage; column: TablePageColumn }) {
  const [asked, setAsked] = useState<{ rule: MaskRule | null } | null>(null)
  const { schema, name } = page
  const mask = column.mask ?? null
  return (
    <>
      <MaskSelect
        column={column.name} isKey={column.isKey} value={asked ? asked.rule : mask}
        onChange={(rule) => setAsked(rule === mask ? null : { rule })}
      />
      {asked && (
        <ConfirmDialog
          title={asked.rule ? `Mask ${column.name} by ${asked.rule}` : `Take the mask of ${column.name} away`}
          action="Copy the table again"
          perform={async () => {
            await engine.workspace.maskColumns({ columns: [{ schema, name, column: column.name, rule: asked.rule }] })
          }}
          onClose={() => setAsked(null)}
        >
          <p>{asked.rule ? maskWords[asked.rule] : 'Its values are copied as the source has them.'}</p>
          <p className={styles.paragraph}>
            {`${schema}.${name} is copied again, beside the stream; until that is done the replica has it as it is now.`}
            {asked.rule && ' What was copied of the column before may stay in free blocks of the file: to give the file away, copy into a new one.'}
          </p>
        </ConfirmDialog>
      )}
    </>
  )
}

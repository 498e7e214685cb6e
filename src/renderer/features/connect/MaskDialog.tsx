import { useState } from 'react'
import { KeyRound } from 'lucide-react'
import { Button } from '../../components/Button.tsx'
import { Dialog } from '../../components/Dialog.tsx'
import { SelectField } from '../../components/Field.tsx'
import { MaskSelect } from '../../components/MaskSelect.tsx'
import styles from './MaskDialog.module.css'
import { maskColumn, maskKey, useConnect } from './store.ts'
import type { SourceTable } from './sourceTypes.ts'

/** Which columns of the chosen tables are not to be copied as they are. */
export function MaskDialog({ tables, onClose }: { tables: readonly SourceTable[]; onClose(): void }) {
  const masks = useConnect((state) => state.masks)
  const [oid, setOid] = useState(() => String(tables[0]?.oid ?? ''))
  const table = tables.find((other) => String(other.oid) === oid)
  return (
    <Dialog open onClose={onClose} title="Mask columns" width={520} actions={<Button variant="primary" onClick={onClose}>Done</Button>}>
      <p className="muted">
        Of a masked column no value reaches this machine’s disk: a keyed hash stands for it (joins and groups work over
        hashes), one word for all, or NULL.
      </p>
      <SelectField
        label="Table" className={styles.table} value={oid} onChange={setOid}
        options={tables.map((other) => ({ value: String(other.oid), label: `${other.schema}.${other.name}` }))}
      />
      <ul className={styles.columns}>
        {table?.columns.map((column) => (
          <li key={column.name}>
            <span className={styles.name}>
              {column.name}
              {column.key && <KeyRound size={12} strokeWidth={1.75} role="img" aria-label="key" />}
            </span>
            <span className={styles.type}>{column.type}</span>
            <MaskSelect
              column={column.name} isKey={column.key} value={masks.get(maskKey(table, column)) ?? null}
              onChange={(rule) => maskColumn(table, column, rule)}
            />
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

import type { MaskRule } from '../../main/contract/masks.ts'
import { maskWords } from './maskWords.ts'
import styles from './MaskSelect.module.css'

interface MaskSelectProps {
  column: string
  /** A column by which rows are found: only hashes keep its values apart. */
  isKey: boolean
  value: MaskRule | null
  onChange(rule: MaskRule | null): void
}

const rules: readonly MaskRule[] = ['hash', 'redact', 'null']

/** What a column is masked by. */
export function MaskSelect({ column, isKey, value, onChange }: MaskSelectProps) {
  return (
    <select
      className={styles.select}
      aria-label={`Mask of ${column}`}
      title={value ? maskWords[value] : undefined}
      value={value ?? 'none'}
      onChange={(event) => onChange(event.target.value === 'none' ? null : (event.target.value as MaskRule))}
    >
      <option value="none">none</option>
      {rules.map((rule) => (
        <option key={rule} value={rule} disabled={isKey && rule !== 'hash'}>
          {rule}
        </option>
      ))}
    </select>
  )
}

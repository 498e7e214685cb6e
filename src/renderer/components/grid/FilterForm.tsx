import { useState } from 'react'
import type { ColumnTest } from '../../../main/contract/resultView.ts'
import type { ResultColumn } from '../../../main/contract/values.ts'
import { Button } from '../Button.tsx'
import { SelectField, TextField } from '../Field.tsx'
import { Popover } from '../Popover.tsx'
import type { PopoverPlace } from '../Popover.tsx'
import styles from './FilterForm.module.css'
import { testsOf, testWords } from './viewSteps.ts'

interface FilterFormProps {
  place: PopoverPlace
  column: ResultColumn
  onApply(test: ColumnTest): void
  onClose(): void
}

/** One filter of a column: how it is tested, and against what. Enter applies it. */
export function FilterForm({ place, column, onApply, onClose }: FilterFormProps) {
  const tests = testsOf(column)
  const [kind, setKind] = useState<ColumnTest['kind']>(tests[0]!)
  const [value, setValue] = useState('')
  const takesValue = kind !== 'null' && kind !== 'not-null'
  return (
    <Popover place={place} label={`Filter ${column.name}`} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          onClose()
          onApply(kind === 'null' || kind === 'not-null' ? { kind } : { kind, value })
        }}
      >
        <SelectField
          label={`Rows where ${column.name}`} value={kind} onChange={(test: ColumnTest['kind']) => setKind(test)}
          options={tests.map((test) => ({ value: test, label: testWords[test] }))}
        />
        {takesValue && <TextField label="Value" mono value={value} onChange={setValue} />}
        <div className={styles.actions}>
          <Button size="small" variant="quiet" onClick={onClose}>Cancel</Button>
          <Button size="small" variant="primary" type="submit">Filter</Button>
        </div>
      </form>
    </Popover>
  )
}

import { useEffect, useMemo, useState } from 'react'
import { WrapText, X } from 'lucide-react'
import type { Cell, ResultColumn } from '../../../main/contract/values.ts'
import { Badge } from '../Badge.tsx'
import { Button, IconButton } from '../Button.tsx'
import { CopyButton } from '../CopyButton.tsx'
import { formatCount, formatMany } from '../format.ts'
import { Skeleton } from '../Skeleton.tsx'
import { markOf } from './cellText.ts'
import type { CellPlace } from './ResultGrid.tsx'
import { prettyJson } from './prettyJson.ts'
import styles from './CellViewer.module.css'

interface CellViewerProps {
  place: CellPlace
  column: ResultColumn
  readCell(place: CellPlace): Promise<Cell>
  onClose(): void
}

type Reading = { state: 'reading' } | { state: 'read'; cell: Cell } | { state: 'gone' }

/** More than this in one element makes the browser slow; the whole of it can be copied. */
const SHOWN_CHARACTERS = 500_000

function markWords(cell: Cell, column: ResultColumn): string | null {
  const mark = markOf(cell, column)
  if (mark === 'null') return 'NULL: there is no value'
  if (mark === 'empty') return 'The empty text: a value of no characters'
  if (mark === 'json-null') return "JSON's null: a value that says null"
  return null
}

/** One cell, whole, beside the grid. */
export function CellViewer({ place, column, readCell, onClose }: CellViewerProps) {
  const [reading, setReading] = useState<Reading>({ state: 'reading' })
  const [wraps, setWraps] = useState(true)
  const [isLaidOut, setIsLaidOut] = useState(true)

  useEffect(() => {
    let current = true
    readCell(place).then(
      (cell) => current && setReading({ state: 'read', cell }),
      () => current && setReading({ state: 'gone' }),
    )
    return () => {
      current = false
    }
  }, [place, readCell])

  const cell = reading.state === 'read' ? reading.cell : null
  const text = useMemo(() => {
    const whole = cell ?? ''
    return column.kind === 'json' && isLaidOut ? prettyJson(whole) : whole
  }, [cell, column.kind, isLaidOut])
  const mark = reading.state === 'read' ? markWords(reading.cell, column) : null

  return (
    <aside className={styles.viewer} aria-label={`Cell: ${column.name}, row ${place.row + 1}`}>
      <header className={styles.head}>
        <div className={styles.title}>
          <h2>{column.name}</h2>
          <span className="muted figure">row {formatCount(place.row + 1)}</span>
        </div>
        <IconButton size="small" icon={X} label="Close the cell" onClick={onClose} />
      </header>
      <div className={styles.tools}>
        <Badge>{column.type}</Badge>
        {cell !== null && <span className="muted figure">{formatMany(cell.length, 'character')}</span>}
        <span className={styles.room} />
        {column.kind === 'json' && (
          <Button size="small" variant="quiet" aria-pressed={isLaidOut} onClick={() => setIsLaidOut(!isLaidOut)}>
            {isLaidOut ? 'As stored' : 'Laid out'}
          </Button>
        )}
        <IconButton
          size="small" icon={WrapText} label="Wrap long lines" aria-pressed={wraps} onClick={() => setWraps(!wraps)}
        />
        {cell !== null && <CopyButton text={cell} />}
      </div>
      {reading.state === 'reading' && <Skeleton label="The cell is being read" rows={5} />}
      {reading.state === 'gone' && <p className={styles.mark}>The result is closed. Run the statement again.</p>}
      {mark && <p className={styles.mark}>{mark}</p>}
      {reading.state === 'read' && !mark && (
        <pre className={wraps ? styles.wrapped : styles.value} tabIndex={0}>
          {text.slice(0, SHOWN_CHARACTERS)}
          {text.length > SHOWN_CHARACTERS && (
            <span className={styles.more}>{`\n… cut here for reading; Copy takes all of it`}</span>
          )}
        </pre>
      )}
    </aside>
  )
}

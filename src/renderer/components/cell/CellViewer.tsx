import { useEffect, useMemo, useRef, useState } from 'react'
import { Download, X } from 'lucide-react'
import type { Cell, ResultColumn } from '../../../main/contract/values.ts'
import { Badge } from '../Badge.tsx'
import { IconButton } from '../Button.tsx'
import { CopyButton } from '../CopyButton.tsx'
import { formatBytes, formatCount, formatMany } from '../format.ts'
import { markOf } from '../grid/cellText.ts'
import type { CellPlace } from '../grid/ResultGrid.tsx'
import { PartSwitch } from '../PartSwitch.tsx'
import { fileNameOf, saveFile } from '../saveFile.ts'
import { Skeleton } from '../Skeleton.tsx'
import { BytesView } from './BytesView.tsx'
import { hexText } from './cellBytes.ts'
import { looksOf } from './cellLooks.ts'
import type { CellLook } from './cellLooks.ts'
import { InstantView } from './InstantView.tsx'
import { JsonTree } from './JsonTree.tsx'
import { PictureView } from './PictureView.tsx'
import { TextView } from './TextView.tsx'
import styles from './CellViewer.module.css'

interface CellViewerProps {
  place: CellPlace
  column: ResultColumn
  readCell(place: CellPlace): Promise<Cell>
  onClose(): void
}

type Reading =
  | { state: 'reading' }
  | { state: 'read'; cell: Cell; place: CellPlace; column: ResultColumn }
  | { state: 'gone' }

function markWords(cell: Cell, column: ResultColumn): string | null {
  const mark = markOf(cell, column)
  if (mark === 'null') return 'NULL: there is no value'
  if (mark === 'empty') return 'The empty text: a value of no characters'
  if (mark === 'json-null') return "JSON's null: a value that says null"
  return null
}

/** What Copy puts on the clipboard: a picture too is copied as its bytes, unless it is written as text. */
function copied(look: CellLook, cell: string): string {
  switch (look.id) {
    case 'bytes':
      return `\\x${hexText(look.bytes)}`
    case 'picture':
      return look.type === 'image/svg+xml' ? cell : `\\x${hexText(look.bytes)}`
    default:
      return look.text
  }
}

function ending(look: CellLook): string {
  if (look.id === 'picture') return look.type.replace(/^image\/|\+xml$/g, '')
  return look.id === 'bytes' ? 'bin' : look.id === 'tree' || look.id === 'laid-out' ? 'json' : 'txt'
}

function Look({ look, label }: { look: CellLook; label: string }) {
  switch (look.id) {
    case 'tree':
      return <JsonTree text={look.text} nodes={look.nodes} label={label} />
    case 'bytes':
      return <BytesView bytes={look.bytes} label={label} />
    case 'picture':
      return <PictureView bytes={look.bytes} type={look.type} label={label} />
    case 'instant':
      return <InstantView text={look.text} />
    case 'text':
    case 'laid-out':
      return <TextView text={look.text} label={label} />
  }
}

/** One cell, whole, beside the grid; the one before is shown until it has come: as a tree, a text, bytes, a picture or a time. */
export function CellViewer({ place, column, readCell, onClose }: CellViewerProps) {
  const [reading, setReading] = useState<Reading>({ state: 'reading' })
  const [chosen, setChosen] = useState<CellLook['id'] | null>(null)
  const frame = useRef<HTMLElement>(null)

  useEffect(() => {
    let current = true
    readCell(place).then(
      (cell) => current && setReading({ state: 'read', cell, place, column }),
      () => current && setReading({ state: 'gone' }),
    )
    return () => {
      current = false
    }
  }, [place, column, readCell])

  const cell = reading.state === 'read' ? reading.cell : null
  const readColumn = reading.state === 'read' ? reading.column : column
  const readPlace = reading.state === 'read' ? reading.place : place
  const mark = reading.state === 'read' ? markWords(cell, readColumn) : null
  const looks = useMemo(() => (cell === null || mark ? null : looksOf(cell, readColumn)), [cell, readColumn, mark])
  const look = looks?.find(({ id }) => id === chosen) ?? looks?.[0]
  const bytes = looks?.find((other) => other.id === 'bytes')?.bytes
  const label = `${readColumn.name}, row ${readPlace.row + 1}`

  return (
    <aside
      ref={frame}
      className={styles.viewer}
      aria-label={`Cell: ${label}`}
      data-own-find
      onKeyDown={(event) => {
        if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'f') return
        const field = frame.current?.querySelector<HTMLInputElement>('input[type="search"]')
        if (!field) return
        event.preventDefault()
        field.select()
      }}
    >
      <header className={styles.head}>
        <div className={styles.title}>
          <h2>{readColumn.name}</h2>
          <span className="muted figure">row {formatCount(readPlace.row + 1)}</span>
        </div>
        <IconButton size="small" icon={X} label="Close the cell (Esc)" onClick={onClose} />
      </header>
      <div className={styles.tools}>
        <Badge>{readColumn.type}</Badge>
        {cell !== null && (
          <span className="muted figure">{bytes ? formatBytes(bytes.length) : formatMany(cell.length, 'character')}</span>
        )}
        <span className={styles.room} />
        {look && cell !== null && (
          <>
            <IconButton
              size="small" icon={Download} label="Save it as a file"
              onClick={() =>
                saveFile(
                  fileNameOf(label, ending(look)),
                  look.id === 'bytes' || look.id === 'picture' ? new Blob([look.bytes]) : look.text,
                )
              }
            />
            <CopyButton key={`${label} ${look.id}`} text={() => copied(look, cell)} />
          </>
        )}
      </div>
      {look && looks && looks.length > 1 && (
        <div className={styles.tools}>
          <PartSwitch<CellLook['id']> label="Show the cell as" parts={looks} shown={look.id} onShow={setChosen} />
        </div>
      )}
      {reading.state === 'reading' && <Skeleton label="The cell is being read" rows={5} />}
      {reading.state === 'gone' && <p className={styles.mark}>The result is closed. Run the statement again.</p>}
      {mark && <p className={styles.mark}>{mark}</p>}
      {look && <Look key={`${label} ${look.id}`} look={look} label={label} />}
    </aside>
  )
}

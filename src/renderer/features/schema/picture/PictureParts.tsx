import type { KeyboardEvent } from 'react'
import { openTablePage } from '../../../app/tablePages.ts'
import { HEAD_PIXELS, LETTER_PIXELS, LINE_PIXELS } from './pictureGraph.ts'
import type { PictureColumn } from './pictureGraph.ts'
import type { Layout, Point } from './layOut.ts'
import styles from './SchemaPicture.module.css'

const MONO = { fontFamily: 'var(--font-mono)', fontSize: 12 }
const BEND = 6
const FOOT = 9

/** The way of a key, its corners a little rounded. */
function pathOf(points: readonly Point[]): string {
  return points
    .map((point, at) => {
      const [before, after] = [points[at - 1], points[at + 1]]
      if (!before) return `M${point.x} ${point.y}`
      if (!after) return `L${point.x} ${point.y}`
      const [into, outOf] = [towards(point, before), towards(point, after)]
      return `L${into.x} ${into.y}Q${point.x} ${point.y} ${outOf.x} ${outOf.y}`
    })
    .join('')
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  const share = length === 0 ? 0 : Math.min(BEND, length / 2) / length
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}

/** A foreign key: a crow's foot where many rows refer, a bar where one is referred to. */
export function KeyLine({ edge, isLit }: { edge: Layout['edges'][number]; isLit: boolean }) {
  const start = edge.points[0]!
  const end = edge.points.at(-1)!
  const line = {
    fill: 'none', stroke: isLit ? 'var(--ink)' : 'var(--faint)', strokeWidth: isLit ? 1.75 : 1.25,
  }
  return (
    <g>
      <title>{edge.words}</title>
      <path d={pathOf(edge.points)} stroke="transparent" strokeWidth={10} fill="none" />
      <path d={pathOf(edge.points)} {...line} />
      <path d={`M${start.x} ${start.y - 5}L${start.x + FOOT} ${start.y}L${start.x} ${start.y + 5}`} {...line} />
      <path d={`M${end.x - FOOT + 2} ${end.y - 5}V${end.y + 5}`} {...line} />
    </g>
  )
}

function cutTo(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1))}…`
}

function columnName({ name, isReference }: PictureColumn): string {
  return `${name}${isReference ? ' →' : ''}`
}

interface TableNodeProps {
  node: Layout['nodes'][number]
  /** The one that Tab reaches; arrows go on from it. */
  isReached: boolean
  onLight(isLit: boolean): void
  onFocus(): void
  onKeyDown(event: KeyboardEvent<SVGGElement>): void
}

/** Its name is what stands in it; the spaces keep the words apart for a reader. */
export function TableNode({ node, isReached, onLight, onFocus, onKeyDown }: TableNodeProps) {
  const title = node.schema === 'public' ? node.name : `${node.schema}.${node.name}`
  const letters = Math.floor((node.width - 24) / LETTER_PIXELS)
  const open = (): void => openTablePage(node)
  return (
    <g
      role="link" tabIndex={isReached ? 0 : -1}
      className={styles.node} transform={`translate(${node.x} ${node.y})`}
      onClick={open}
      onPointerEnter={() => onLight(true)}
      onPointerLeave={() => onLight(false)}
      onFocus={onFocus}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return onKeyDown(event)
        event.stopPropagation()
        open()
      }}
    >
      {letters < title.length && <title>{title}</title>}
      <rect width={node.width} height={node.height} rx={6} fill="var(--raised)" stroke="var(--line-strong)" />
      <rect x={0.5} y={8} width={3} height={HEAD_PIXELS - 16} fill={`var(--${node.where}-fill)`} />
      <text x={12} y={20} fill="var(--ink)" style={{ fontFamily: 'var(--font-ui)', fontSize: 13, fontWeight: 600 }}>
        {`${cutTo(title, letters)} `}
      </text>
      <line x1={0} x2={node.width} y1={HEAD_PIXELS} y2={HEAD_PIXELS} stroke="var(--line)" />
      {node.columns.map((column, at) => {
        const y = HEAD_PIXELS + at * LINE_PIXELS + 15
        const type = cutTo(column.type, Math.max(6, letters - columnName(column).length - 1))
        return (
          <g key={column.name}>
            <text x={12} y={y} fill="var(--ink)" style={{ ...MONO, fontWeight: column.isKey ? 600 : 400 }}>
              {`${cutTo(columnName(column), letters - type.length - 1)} `}
            </text>
            <text x={node.width - 12} y={y} textAnchor="end" fill="var(--muted)" style={MONO}>{`${type} `}</text>
          </g>
        )
      })}
      {node.hidden > 0 && (
        <text
          x={12} y={HEAD_PIXELS + node.columns.length * LINE_PIXELS + 15} fill="var(--muted)"
          style={{ fontFamily: 'var(--font-ui)', fontSize: 12 }}
        >
          {`${node.hidden} more`}
        </text>
      )}
    </g>
  )
}

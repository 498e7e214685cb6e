import type { ForeignKey } from '../../../../main/contract/catalog.ts'
import type { EngineName } from '../../../../main/contract/values.ts'
import { shortType } from '../../../components/sql/shortType.ts'
import { keyOf } from '../tables.ts'
import type { KnownTable } from '../tables.ts'

export interface PictureColumn {
  name: string
  type: string
  isKey: boolean
  /** Refers to another table. */
  isReference: boolean
}

export interface PictureNode {
  id: string
  schema: string
  name: string
  where: EngineName
  columns: PictureColumn[]
  /** Columns that are not drawn. */
  hidden: number
  width: number
  height: number
}

export interface PictureEdge {
  id: string
  from: string
  to: string
  /** Where it leaves and arrives: pixels below the top of its table, the middle of a column's line. */
  fromY: number
  toY: number
  /** `orders.customer_id → customers.id` */
  words: string
}

export interface PictureGraph {
  nodes: PictureNode[]
  edges: PictureEdge[]
}

export const HEAD_PIXELS = 30
export const LINE_PIXELS = 20
const FOOT_PIXELS = 6
/** Of the widest letter of a name or a type. */
export const LETTER_PIXELS = 7.3
const NARROWEST = 132
const WIDEST = 300

/** More tables than this at once are a carpet and no picture. */
export const PROPOSED_TABLES = 40

/** What is drawn before a person chooses: everything, or where there is too much the tables with the most keys. */
export function proposedTables(tables: readonly KnownTable[], keys: readonly ForeignKey[]): ReadonlySet<string> {
  const ordinary = tables.filter(({ table }) => table.kind !== 'view').map(({ table }) => keyOf(table))
  if (ordinary.length <= PROPOSED_TABLES) return new Set(ordinary)
  const ends = new Map<string, number>()
  const count = (key: string): void => void ends.set(key, (ends.get(key) ?? 0) + 1)
  for (const { schema, table, references } of keys) {
    count(keyOf({ schema, name: table }))
    count(keyOf({ schema: references.schema, name: references.table }))
  }
  const byEnds = [...ordinary].sort((first, second) => (ends.get(second) ?? 0) - (ends.get(first) ?? 0))
  return new Set(byEnds.slice(0, PROPOSED_TABLES))
}

/** The middle of a column's line, or of the head where the column is not drawn. */
function lineOf({ columns }: PictureNode, name: string | undefined): number {
  const at = columns.findIndex((column) => column.name === name)
  return at === -1 ? HEAD_PIXELS / 2 : HEAD_PIXELS + (at + 0.5) * LINE_PIXELS
}

/** The chosen tables with their key columns, or all columns, and the keys between them. */
export function pictureGraph(
  tables: readonly KnownTable[],
  keys: readonly ForeignKey[],
  chosen: ReadonlySet<string>,
  showsAll: boolean,
): PictureGraph {
  const references = new Set(
    keys.flatMap(({ schema, table, columns }) => columns.map((column) => `${keyOf({ schema, name: table })}\0${column}`)),
  )
  const nodes = tables
    .filter(({ table }) => chosen.has(keyOf(table)))
    .map(({ table, where }): PictureNode => {
      const id = keyOf(table)
      const all = table.columns.map((column): PictureColumn => ({
        name: column.name,
        type: shortType(column.sourceType ?? column.type),
        isKey: column.key,
        isReference: references.has(`${id}\0${column.name}`),
      }))
      const columns = showsAll ? all : all.filter(({ isKey, isReference }) => isKey || isReference)
      const title = table.schema === 'public' ? table.name : `${table.schema}.${table.name}`
      const letters = Math.max(title.length + 3, ...columns.map(({ name, type }) => name.length + type.length + 4))
      const hidden = all.length - columns.length
      return {
        id, schema: table.schema, name: table.name, where, columns, hidden,
        width: Math.min(WIDEST, Math.max(NARROWEST, letters * LETTER_PIXELS + 24)),
        height: HEAD_PIXELS + (columns.length + (hidden > 0 ? 1 : 0)) * LINE_PIXELS + FOOT_PIXELS,
      }
    })
  const drawn = new Map(nodes.map((node) => [node.id, node]))
  const edges = keys.flatMap(({ name, schema, table, columns, references: to }): PictureEdge[] => {
    const from = keyOf({ schema, name: table })
    const target = keyOf({ schema: to.schema, name: to.table })
    const [fromNode, toNode] = [drawn.get(from), drawn.get(target)]
    if (!fromNode || !toNode) return []
    const words = `${table}.${columns.join(', ')} → ${to.table}.${to.columns.join(', ')}`
    const [fromY, toY] = [lineOf(fromNode, columns[0]), lineOf(toNode, to.columns[0])]
    return [{ id: `${from}\0${name}`, from, to: target, fromY, toY, words }]
  })
  return { nodes, edges }
}

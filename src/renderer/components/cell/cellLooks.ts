import type { Cell, ResultColumn } from '../../../main/contract/values.ts'
import { bytesOf, isSvg, pictureTypeOf, readableText } from './cellBytes.ts'
import { readJsonTree } from './jsonTree.ts'
import type { JsonNode } from './jsonTree.ts'
import { prettyJson } from './prettyJson.ts'

/** One way to look at a cell. */
export type CellLook =
  | { id: 'tree'; label: 'Tree'; text: string; nodes: JsonNode[] }
  | { id: 'laid-out'; label: 'Laid out'; text: string }
  | { id: 'text'; label: 'Text' | 'As stored'; text: string }
  | { id: 'bytes'; label: 'Bytes'; bytes: Uint8Array<ArrayBuffer> }
  | { id: 'picture'; label: 'Picture'; bytes: Uint8Array<ArrayBuffer>; type: string }
  | { id: 'instant'; label: 'Time'; text: string }

/** Beyond this a tree costs more than it tells. */
const LARGEST_TREE_CHARACTERS = 4_000_000

/** The ways to look at a value that make sense of it, the best first; there is always one. */
export function looksOf(cell: NonNullable<Cell>, column: ResultColumn): CellLook[] {
  const stored: CellLook = { id: 'text', label: 'As stored', text: cell }
  const bytes = bytesOf(cell, column)
  if (bytes) return looksOfBytes(bytes)
  if (column.kind === 'instant') return [{ id: 'instant', label: 'Time', text: cell }, stored]
  const isJson = column.kind === 'json'
  if (isJson || (column.kind === 'text' && /^\s*[[{]/.test(cell))) {
    const nodes = cell.length <= LARGEST_TREE_CHARACTERS ? readJsonTree(cell) : null
    const tree: CellLook[] = nodes && nodes[0]!.size > 0 ? [{ id: 'tree', label: 'Tree', text: cell, nodes }] : []
    const laidOut: CellLook[] = nodes ? [{ id: 'laid-out', label: 'Laid out', text: prettyJson(cell) }] : []
    return isJson ? [...tree, ...laidOut, stored] : [stored, ...tree, ...laidOut]
  }
  if (isSvg(cell)) return [pictureOfText(cell), stored]
  return [{ id: 'text', label: 'Text', text: cell }]
}

function looksOfBytes(bytes: Uint8Array<ArrayBuffer>): CellLook[] {
  const hex: CellLook = { id: 'bytes', label: 'Bytes', bytes }
  const type = pictureTypeOf(bytes)
  if (type) return [{ id: 'picture', label: 'Picture', bytes, type }, hex]
  const text = readableText(bytes)
  if (text === null || text === '') return [hex]
  const asText: CellLook = { id: 'text', label: 'Text', text }
  return isSvg(text) ? [pictureOfText(text), hex, asText] : [hex, asText]
}

function pictureOfText(text: string): CellLook {
  return { id: 'picture', label: 'Picture', bytes: new TextEncoder().encode(text), type: 'image/svg+xml' }
}

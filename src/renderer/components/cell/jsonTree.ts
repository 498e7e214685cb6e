/**
 * JSON as a tree whose every key and value is letter for letter what is stored: numbers are not rounded
 * and a repeated key is not lost, which is why it is not read by JSON.parse.
 */
export interface JsonNode {
  kind: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'
  /** As it is written, with its quotes; null for the members of an array and the outermost value. */
  key: string | null
  /** Its place among the members of its parent. */
  position: number
  depth: number
  /** In the list of nodes; -1 for the outermost value. */
  parent: number
  /** How many members it has itself. */
  size: number
  /** One past its last descendant in the list of nodes. */
  end: number
  /** Where its value is written: offsets of the text, `to` exclusive. */
  from: number
  to: number
}

const PART = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g

const literalKinds: Readonly<Record<string, JsonNode['kind']>> = { true: 'boolean', false: 'boolean', null: 'null' }

/** Every value in the order in which it is written, parents before their members; null where the text is no JSON. */
export function readJsonTree(text: string): JsonNode[] | null {
  try {
    JSON.parse(text)
  } catch {
    return null
  }
  const nodes: JsonNode[] = []
  const open: number[] = []
  let key: string | null = null
  for (const { 0: part, index: from } of text.matchAll(PART)) {
    if (part === ',' || part === ':') continue
    const parent = open.at(-1) ?? -1
    if (part === '}' || part === ']') {
      const closed = nodes[open.pop()!]!
      closed.end = nodes.length
      closed.to = from + 1
      continue
    }
    const isString = part.startsWith('"')
    // In an object a string is a key until its value has come.
    if (isString && key === null && nodes[parent]?.kind === 'object') {
      key = part
      continue
    }
    const kind = part === '{' ? 'object' : part === '[' ? 'array' : isString ? 'string' : (literalKinds[part] ?? 'number')
    const position = nodes[parent]?.size ?? 0
    if (nodes[parent]) nodes[parent].size += 1
    nodes.push({
      kind, key, position, depth: open.length, parent, size: 0, end: nodes.length + 1, from, to: from + part.length,
    })
    key = null
    if (kind === 'object' || kind === 'array') open.push(nodes.length - 1)
  }
  return nodes
}

/** The nodes that are to be seen while the members of the folded ones are not. */
export function unfoldedNodes(nodes: readonly JsonNode[], folded: ReadonlySet<number>): number[] {
  const seen: number[] = []
  for (let at = 0; at < nodes.length; at = folded.has(at) ? nodes[at]!.end : at + 1) seen.push(at)
  return seen
}

/** What is folded at first: nothing of a small tree, and of a large one everything under its first level. */
export function foldedAtFirst(nodes: readonly JsonNode[], seenAtMost: number): Set<number> {
  if (nodes.length <= seenAtMost) return new Set()
  return new Set(nodes.flatMap(({ depth, size }, at) => (depth >= 1 && size > 0 ? [at] : [])))
}

/** `$.items[2]."odd key"`, as jsonb_path_query and DuckDB's json_extract read it. */
export function pathOf(nodes: readonly JsonNode[], at: number): string {
  const node = nodes[at]
  if (!node || node.parent === -1) return '$'
  const before = pathOf(nodes, node.parent)
  if (node.key === null) return `${before}[${node.position}]`
  const isPlain = /^"[A-Za-z_][A-Za-z0-9_]*"$/.test(node.key)
  return `${before}.${isPlain ? node.key.slice(1, -1) : node.key}`
}

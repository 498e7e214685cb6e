import type { Comparison } from '../../contract/compare.ts'
import type { ReplicaSide } from './replicaSide.ts'
import type { SourceSide } from './sourceSide.ts'

type WorkDone = Comparison['workDone'][number]

/** A node of Postgres's plan, as far as work is concerned: https://www.postgresql.org/docs/current/sql-explain.html */
interface SourcePlanNode {
  'Node Type': string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  'Shared Hit Blocks'?: number
  'Shared Read Blocks'?: number
  Plans?: SourcePlanNode[]
}

/** What the source did, by its own EXPLAIN ANALYZE. */
export async function sourceWork(source: SourceSide): Promise<WorkDone> {
  const plan = await source.explain()
  const [[blockSize] = []] = await source.ask(`SELECT current_setting('block_size')`)
  const root = (JSON.parse(plan) as [{ Plan: SourcePlanNode }])[0].Plan
  return {
    engine: 'source',
    ...sourceFigures(root, Number(blockSize)),
    bytesAreEstimate: false,
    columnsRead: null,
    plan,
  }
}

/** Rows are averages over loops, and what a filter removed was scanned too; blocks of a node include its children's. */
export function sourceFigures(root: SourcePlanNode, blockBytes: number): { rowsScanned: number; bytesTouched: number } {
  let rowsScanned = 0
  const visit = (node: SourcePlanNode): void => {
    // A bitmap index scan yields places, which its heap scan then visits.
    if (/Scan$/.test(node['Node Type']) && !/^(Bitmap Index|Subquery|CTE|WorkTable)/.test(node['Node Type'])) {
      const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
      rowsScanned += ((node['Actual Rows'] ?? 0) + removed) * (node['Actual Loops'] ?? 1)
    }
    for (const child of node.Plans ?? []) visit(child)
  }
  visit(root)
  const blocks = (root['Shared Hit Blocks'] ?? 0) + (root['Shared Read Blocks'] ?? 0)
  return { rowsScanned: Math.round(rowsScanned), bytesTouched: blocks * blockBytes }
}

/** A node of DuckDB's profile: https://duckdb.org/docs/stable/dev/profiling */
interface ReplicaPlanNode {
  operator_type?: string
  operator_rows_scanned?: number
  extra_info?: Record<string, unknown>
  children?: ReplicaPlanNode[]
}

export interface TableScan {
  /** `file.schema.table`, as DuckDB names it. */
  table: string
  rowsScanned: number
  /** Columns that were projected, and the conditions that name others. */
  projections: string[]
  filters: string[]
}

/**
 * What the replica did, by DuckDB's own profile. Its count of bytes is 0 for what is in memory already,
 * so the bytes are estimated from how the columns lie in the file, and labelled so.
 */
export async function replicaWork(replica: ReplicaSide): Promise<WorkDone> {
  const plan = await replica.explain()
  const scans = scansOf(JSON.parse(plan) as ReplicaPlanNode)
  let bytesTouched: number | null = 0
  let columnsRead = 0
  for (const scan of scans) {
    const storage = await storageOf(replica, scan.table)
    const columns = columnsOf(scan, storage ? [...storage.bytes.keys()] : [])
    columnsRead += columns.length
    if (!storage || bytesTouched === null) {
      bytesTouched = null
      continue
    }
    const share = storage.rows > 0 ? Math.min(1, scan.rowsScanned / storage.rows) : 0
    for (const column of columns) bytesTouched += (storage.bytes.get(column) ?? 0) * share
  }
  return {
    engine: 'replica',
    rowsScanned: scans.reduce((sum, scan) => sum + scan.rowsScanned, 0),
    // Rows that no checkpoint has written yet lie in no block: then the bytes are not known, rather than none.
    bytesTouched: bytesTouched ? Math.round(bytesTouched) : null,
    bytesAreEstimate: true,
    columnsRead,
    plan,
  }
}

export function scansOf(node: ReplicaPlanNode): TableScan[] {
  const info = node.extra_info ?? {}
  const own =
    node.operator_type === 'TABLE_SCAN' && typeof info.Table === 'string'
      ? [
          {
            table: info.Table,
            rowsScanned: node.operator_rows_scanned ?? 0,
            projections: textsOf(info.Projections),
            filters: textsOf(info.Filters),
          },
        ]
      : []
  return [...own, ...(node.children ?? []).flatMap(scansOf)]
}

/** DuckDB writes one as a text and several as a list. */
function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String)
  return typeof value === 'string' && value !== '' ? [value] : []
}

/** Of the table's columns, those that the scan projects or filters by. */
export function columnsOf(scan: TableScan, tableColumns: readonly string[]): string[] {
  const projected = new Set(scan.projections)
  if (tableColumns.length === 0) return [...projected]
  return tableColumns.filter(
    (column) => projected.has(column) || scan.filters.some((filter) => namesColumn(filter, column)),
  )
}

function namesColumn(filter: string, column: string): boolean {
  const escaped = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\w'])"?${escaped}"?(?![\\w'])`).test(filter)
}

const BLOCK_BYTES = 262_144

/** A block that several segments share counts for each by its part. */
async function storageOf(
  replica: ReplicaSide,
  table: string,
): Promise<{ rows: number; bytes: Map<string, number> } | null> {
  const name = table.replaceAll("'", "''")
  try {
    const [count] = await replica.ask(`SELECT count(*) FROM ${quotedPath(table)}`)
    const rows = await replica.ask(
      `WITH segments AS (
         SELECT column_name, block_id, len(additional_block_ids) AS further FROM pragma_storage_info('${name}')
         WHERE persistent AND block_id >= 0),
       shares AS (SELECT block_id, ${BLOCK_BYTES} / count(*) AS bytes FROM segments GROUP BY block_id),
       columns AS (SELECT DISTINCT column_name FROM pragma_storage_info('${name}'))
       SELECT column_name, coalesce(sum(bytes + ${BLOCK_BYTES} * further), 0)::DOUBLE
       FROM columns LEFT JOIN segments USING (column_name) LEFT JOIN shares USING (block_id) GROUP BY column_name`,
    )
    return {
      rows: Number(count?.[0] ?? 0),
      bytes: new Map(rows.map(([column, bytes]) => [String(column), Number(bytes)])),
    }
  } catch {
    // A view, a file, a name with a dot in it: the scan is told without its bytes.
    return null
  }
}

function quotedPath(table: string): string {
  return table
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
}

import { createHash } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import { expect } from 'vitest'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import type { TestDatabase } from './postgres.ts'

/** One column's text on each side, written so that equal values have equal texts. */
interface TextPair {
  source: string
  replica: string
}

function textsOf(column: string, type: string): TextPair {
  const name = `"${column.replaceAll('"', '""')}"`
  if (type === 'bytea') return { source: `encode(${name}, 'hex')`, replica: `lower(hex(${name}))` }
  if (type === 'ARRAY') {
    const text = `array_to_string(${name}, ',')`
    return { source: text, replica: `CASE WHEN len(${name}) = 0 THEN '' ELSE ${text} END` }
  }
  // A cast to text takes the padding off.
  if (type === 'character') return { source: `rpad(${name}::text, length(format('%s', ${name})))`, replica: `${name}::VARCHAR` }
  return { source: `${name}::text`, replica: `${name}::VARCHAR` }
}

/** Rows as text, in their own order: equal on both sides where the tables are, but for generated columns, which the log lacks. */
async function rowsOnBothSides(
  source: Pick<TestDatabase, 'query'>,
  connection: DuckDBConnection,
  table: string,
): Promise<{ source: string[]; replica: string[] }> {
  const { rows: columns } = await source.query<{ name: string; type: string }>(
    `SELECT column_name AS name, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position`,
    [table],
  )
  const texts = columns.map(({ name, type }) => textsOf(name, type))
  const row = (side: keyof TextPair): string => {
    const fields = texts.map((text) => `CASE WHEN ${text[side]} IS NULL THEN '∅' ELSE ${text[side]} END, '|'`)
    // A function of Postgres takes a hundred arguments.
    const groups = Array.from({ length: Math.ceil(fields.length / 40) }, (_, group) => fields.slice(group * 40, (group + 1) * 40))
    return `concat(${groups.map((group) => `concat(${group.join(', ')}), `).join('')}'')`
  }
  const quoted = `public."${table.replaceAll('"', '""')}"`
  const fromSource = await source.query<{ row: string }>(`SELECT ${row('source')} AS row FROM ${quoted}`)
  const fromReplica = await connection.runAndReadAll(`SELECT ${row('replica')} FROM ${quoted}`)
  return {
    source: fromSource.rows.map((found) => found.row).sort(),
    replica: fromReplica.getRows().map(([found]) => found as string).sort(),
  }
}

/** Fails where some row of one of the tables is missing, doubled or different in the replica. */
export async function expectSameRows(
  source: Pick<TestDatabase, 'query'>,
  session: Pick<ReplicaSession, 'connectReplica'>,
  tables: readonly string[],
): Promise<void> {
  const connection = await session.connectReplica()
  try {
    for (const table of tables) {
      const rows = await rowsOnBothSides(source, connection, table)
      if (digest(rows.source) === digest(rows.replica)) continue
      const [missing, extra] = [differenceOf(rows.source, rows.replica), differenceOf(rows.replica, rows.source)]
      expect({ table, missing: missing.slice(0, 5), extra: extra.slice(0, 5) }).toEqual({ table, missing: [], extra: [] })
    }
  } finally {
    connection.closeSync()
  }
}

function digest(rows: readonly string[]): string {
  const hash = createHash('sha256')
  for (const row of rows) hash.update(`${row.length}:${row}\n`)
  return hash.digest('hex')
}

/** As bags: a row that is there twice and once in the other is a difference. */
function differenceOf(rows: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const row of others) counts.set(row, (counts.get(row) ?? 0) + 1)
  return rows.filter((row) => {
    const left = counts.get(row) ?? 0
    counts.set(row, left - 1)
    return left <= 0
  })
}

/** The slots and publications of this database. */
export async function leftOnSource(source: Pick<TestDatabase, 'query'>): Promise<string[]> {
  const { rows } = await source.query<{ name: string }>(
    `SELECT slot_name::text AS name FROM pg_replication_slots WHERE database = current_database()
     UNION ALL SELECT pubname::text FROM pg_publication`,
  )
  return rows.map(({ name }) => name)
}

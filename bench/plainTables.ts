import { DuckDBInstance } from '@duckdb/node-api'
import type pg from 'pg'

/** A table of a given width, whose values are the same at every run and print alike on both engines. */
export interface PlainTable {
  name: string
  columns: readonly { name: string; type: string }[]
  fillStatements(rows: number): string[]
}

/** `id`, then by turns integers, short texts, big integers and words. */
export function plainTable(name: string, columnCount: number): PlainTable {
  const kinds = [
    { type: 'integer', value: (salt: number) => `(hashint8extended(i, ${salt}) & 1073741823)::integer` },
    { type: 'text', value: (salt: number) => `'item ' || (hashint8extended(i, ${salt}) & 65535)` },
    { type: 'bigint', value: (salt: number) => `hashint8extended(i, ${salt}) & 281474976710655` },
    { type: 'text', value: (salt: number) => `(ARRAY['new','paid','sent','back'])[1 + (hashint8extended(i, ${salt}) & 3)]` },
  ]
  const others = Array.from({ length: columnCount - 1 }, (_, index) => {
    const kind = kinds[index % kinds.length]!
    return { name: `c${index}`, type: kind.type, value: kind.value(index) }
  })
  return {
    name,
    columns: [{ name: 'id', type: 'bigint' }, ...others],
    fillStatements: (rows) => [
      `CREATE TABLE ${name} (id bigint PRIMARY KEY${others.map((column) => `, ${column.name} ${column.type}`).join('')})`,
      `INSERT INTO ${name} SELECT i${others.map(({ value }) => `, ${value}`).join('')} FROM generate_series(1, ${rows}) AS rows(i)`,
      `VACUUM (ANALYZE, FREEZE) ${name}`,
    ],
  }
}

/** Compares every row of the tables by a 60-bit hash a row. Answers how many there were; throws where the sides differ. */
export async function compareTables(client: pg.Client, file: string, tables: readonly { name: string; columns: readonly { name: string }[] }[]): Promise<number> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY', threads: '2' })
  try {
    const replica = await instance.connect()
    let total = 0
    for (const { name, columns } of tables) {
      const row = columns.map((column) => `coalesce(${column.name}::varchar, '(null)')`).join(` || '|' || `)
      const source = await client.query<{ rows: string; hash: string | null }>(
        `SELECT count(*)::text AS rows, sum(('x' || substr(md5(${row}), 1, 15))::bit(60)::bigint)::text AS hash FROM ${name}`,
      )
      const found = await replica.runAndReadAll(
        `SELECT count(*)::VARCHAR, sum(('0x' || substr(md5(${row}), 1, 15))::UBIGINT::HUGEINT)::VARCHAR FROM public.${name}`,
      )
      const { rows, hash } = source.rows[0]!
      const [replicaRows, replicaHash] = found.getRows()[0]!
      if (rows !== replicaRows || hash !== replicaHash) {
        throw new Error(`${name} has ${rows} rows on the source and ${String(replicaRows)} in the replica, or other values`)
      }
      total += Number(rows)
    }
    return total
  } finally {
    instance.closeSync()
  }
}

import { DuckDBInstance } from '@duckdb/node-api'
import type pg from 'pg'
import { rowText } from './ordersTable.ts'

export interface RowsCompared {
  rows: number
}

const bucketBits = 10

/**
 * Compares every row of the orders table: a 60-bit hash a row, added up by buckets of keys, so that
 * neither order nor doubles can hide a difference. Throws where the two differ, and names keys.
 */
export async function compareRows(client: pg.Client, file: string): Promise<RowsCompared> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY', threads: '2' })
  try {
    const replica = await instance.connect()
    const reader = await replica.runAndReadAll(
      `SELECT (id & ${2 ** bucketBits - 1})::INTEGER AS bucket, count(*)::BIGINT::VARCHAR AS rows,
         sum(('0x' || substr(md5(${rowText('duckdb')}), 1, 15))::UBIGINT::HUGEINT)::VARCHAR AS hash
       FROM public.orders GROUP BY 1 ORDER BY 1`,
    )
    const found = reader.getRowsJS().map((row) => row.map(String))
    const source = await client.query<{ bucket: number; rows: string; hash: string }>(
      `SELECT (id & ${2 ** bucketBits - 1})::int AS bucket, count(*)::text AS rows,
         sum(('x' || substr(md5(${rowText('postgres')}), 1, 15))::bit(60)::bigint)::text AS hash
       FROM orders GROUP BY 1 ORDER BY 1`,
    )
    const wanted = source.rows.map(({ bucket, rows, hash }) => [String(bucket), rows, hash])
    const place = wanted.findIndex((bucket, index) => bucket.join() !== found[index]?.join())
    if (place !== -1 || found.length !== wanted.length) {
      throw new Error(
        `the replica differs from the source: keys with id & ${2 ** bucketBits - 1} = ${wanted[place]?.[0] ?? '?'} ` +
          `have ${wanted[place]?.[1]} rows on the source and ${found[place]?.[1]} in the replica, or other values`,
      )
    }
    return { rows: wanted.reduce((sum, [, rows]) => sum + Number(rows), 0) }
  } finally {
    instance.closeSync()
  }
}

import type { DuckDBConnection } from '@duckdb/node-api'
import { qualified } from './sql.ts'

const TABLES_A_STATEMENT = 100

/**
 * How many rows each table of the current database has, counted. DuckDB's own estimate counts rows that were
 * deleted since the last checkpoint. A table that is not there has none.
 */
export class RowCounts {
  private readonly counts: ReadonlyMap<string, number>

  private constructor(counts: ReadonlyMap<string, number>) {
    this.counts = counts
  }

  static async read(connection: DuckDBConnection): Promise<RowCounts> {
    const found = await connection.runAndReadAll(
      `SELECT schema_name, table_name FROM duckdb_tables()
       WHERE database_name = current_database() AND schema_name NOT IN ('millrace', 'history')`,
    )
    const names = found.getRows().map(([schema, table]) => qualified(String(schema), String(table)))
    const counts = new Map<string, number>()
    for (let first = 0; first < names.length; first += TABLES_A_STATEMENT) {
      const part = names.slice(first, first + TABLES_A_STATEMENT)
      const parts = part.map((name, at) => `SELECT ${at} AS place, count(*) FROM ${name}`)
      const counted = await connection.runAndReadAll(parts.join(' UNION ALL '))
      for (const [place, rows] of counted.getRows()) counts.set(part[Number(place)]!, Number(rows))
    }
    return new RowCounts(counts)
  }

  of(schema: string, table: string): number {
    return this.counts.get(qualified(schema, table)) ?? 0
  }
}

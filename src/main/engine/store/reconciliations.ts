import type { DuckDBConnection } from '@duckdb/node-api'
import type { LastVerification, RowDifference, TableOutcome, VerifyMode } from '../../contract/verify.ts'
import { formatLsn, type Lsn } from '../model/lsn.ts'

/** What one verification said of one table. */
export interface Reconciliation {
  runId: string
  startedAtMs: number
  finishedAtMs: number
  mode: VerifyMode
  oid: number
  schema: string
  name: string
  lsn: Lsn | null
  rowsCompared: number
  rowsMissing: number
  rowsExtra: number
  rowsAltered: number
  rowsUnsettled: number
  rowsRepaired: number
  outcome: TableOutcome
  reason: string | null
  differences: readonly RowDifference[]
}

export async function writeReconciliation(connection: DuckDBConnection, entry: Reconciliation): Promise<void> {
  await connection.run(
    `INSERT INTO millrace.reconciliations (run_id, started_at, finished_at, mode, table_oid, schema_name, table_name, lsn,
       rows_compared, rows_missing, rows_extra, rows_altered, rows_unsettled, rows_repaired, outcome, reason, differences)
     VALUES ($1, to_timestamp($2::BIGINT / 1000), to_timestamp($3::BIGINT / 1000), $4, $5, $6, $7, $8, $9, $10, $11, $12,
       $13, $14, $15, $16, $17)`,
    [
      entry.runId,
      BigInt(Math.round(entry.startedAtMs)),
      BigInt(Math.round(entry.finishedAtMs)),
      entry.mode,
      entry.oid,
      entry.schema,
      entry.name,
      entry.lsn === null ? null : formatLsn(entry.lsn),
      entry.rowsCompared,
      entry.rowsMissing,
      entry.rowsExtra,
      entry.rowsAltered,
      entry.rowsUnsettled,
      entry.rowsRepaired,
      entry.outcome,
      entry.reason,
      JSON.stringify(entry.differences),
    ],
  )
}

/** By relation: what the last verification said of it; empty for a file of the first format, which has none. */
export async function readLastVerifications(connection: DuckDBConnection): Promise<Map<number, LastVerification>> {
  const known = await connection.runAndReadAll(
    `SELECT 1 FROM duckdb_tables() WHERE schema_name = 'millrace' AND table_name = 'reconciliations'
       AND database_name = current_database()`,
  )
  if (known.getRows().length === 0) return new Map()
  const reader = await connection.runAndReadAll(
    `SELECT table_oid, epoch_ms(finished_at), mode, outcome, reason, rows_compared,
       rows_missing + rows_extra + rows_altered, rows_repaired
     FROM millrace.reconciliations QUALIFY row_number() OVER (PARTITION BY table_oid ORDER BY finished_at DESC) = 1`,
  )
  return new Map(
    reader.getRows().map((row) => [
      row[0] as number,
      {
        at: new Date(Number(row[1])).toISOString(),
        mode: row[2] as VerifyMode,
        outcome: row[3] as TableOutcome,
        reason: row[4] as string | null,
        rowsCompared: Number(row[5]),
        rowsDiffering: Number(row[6]),
        rowsRepaired: Number(row[7]),
      },
    ]),
  )
}

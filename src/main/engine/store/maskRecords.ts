import type { DuckDBConnection } from '@duckdb/node-api'
import type { MaskRecord, MaskRule } from '../model/maskRule.ts'

/** Which key the file's hashes are made with. */
export interface MaskKeyRecord {
  keyId: string
  fingerprint: string
}

/** The newest of one name last. */
export async function readMasks(connection: DuckDBConnection): Promise<MaskRecord[]> {
  const reader = await connection.runAndReadAll(
    'SELECT table_oid, attnum, schema_name, table_name, column_name, rule FROM millrace.masks ORDER BY rowid',
  )
  return reader.getRows().map((row) => ({
    oid: row[0] as number,
    attnum: row[1] as number,
    schema: row[2] as string,
    table: row[3] as string,
    column: row[4] as string,
    rule: row[5] as MaskRecord['rule'],
  }))
}

/** Each in the place of what was recorded of the same column. */
export async function writeMasks(connection: DuckDBConnection, records: readonly MaskRecord[]): Promise<void> {
  for (const { oid, attnum, schema, table, column, rule } of records) {
    await connection.run('DELETE FROM millrace.masks WHERE table_oid = $1 AND attnum = $2', [oid, attnum])
    await connection.run('INSERT INTO millrace.masks VALUES ($1, $2, $3, $4, $5, $6)', [oid, attnum, schema, table, column, rule])
  }
}

export async function readMaskKey(connection: DuckDBConnection): Promise<MaskKeyRecord | null> {
  const reader = await connection.runAndReadAll('SELECT key_id, fingerprint FROM millrace.mask_key')
  const [row] = reader.getRows()
  return row ? { keyId: row[0] as string, fingerprint: row[1] as string } : null
}

export async function writeMaskKey(connection: DuckDBConnection, { keyId, fingerprint }: MaskKeyRecord): Promise<void> {
  await connection.run('INSERT INTO millrace.mask_key VALUES ($1, $2, now())', [keyId, fingerprint])
}

export interface MaskedColumn {
  schema: string
  table: string
  column: string
  rule: MaskRule
}

/**
 * The masked columns by their names in the replica, as their rows are now. Works on a file of an earlier format too, that
 * is only read.
 */
export async function readMaskedColumns(connection: DuckDBConnection): Promise<MaskedColumn[]> {
  const known = await connection.runAndReadAll(
    `SELECT count(*) FROM duckdb_columns() WHERE database_name = current_database()
       AND schema_name = 'millrace' AND table_name = 'columns' AND column_name = 'mask'`,
  )
  if (known.getRows()[0]![0] === 0n) return []
  const reader = await connection.runAndReadAll(
    `SELECT t.replica_schema, t.replica_table, c.replica_name, c.mask
     FROM millrace.columns AS c JOIN millrace.tables AS t USING (table_oid)
     WHERE c.mask IS NOT NULL ORDER BY t.replica_schema, t.replica_table, c.attnum`,
  )
  return reader.getRows().map(([schema, table, column, rule]) => ({
    schema: schema as string,
    table: table as string,
    column: column as string,
    rule: rule as MaskRule,
  }))
}

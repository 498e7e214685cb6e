import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { Checkpoint } from '../model/checkpoint.ts'
import type { MaskRule } from '../model/maskRule.ts'
import { postgresMicrosToEpochMs, epochMsToPostgresMicros } from '../model/checkpoint.ts'
import { formatLsn, parseLsn, type Lsn } from '../model/lsn.ts'
import type { SourceColumn } from '../model/relation.ts'
import type { ShapeMarks } from '../model/shape.ts'
import type { TableState } from '../model/tableState.ts'

/** Which source the file belongs to, and what Millrace made there. */
export interface SourceRecord {
  systemId: string
  timeline: number
  database: string
  /** `user@host:port/database`, no password. */
  address: string
  slotName: string
  publicationName: string
  publicationNames: string[]
}

export interface TableRecord {
  oid: number
  schema: string
  name: string
  replicaSchema: string
  replicaTable: string
  state: TableState
  reason: string | null
  rowIdentity: 'key' | 'whole-row' | 'none'
  /** Changes that committed before this point are in the copy already. */
  snapshotLsn: Lsn | null
  copiedRows: bigint | null
}

/** Of a table's copy in the file. */
export interface ReplicaName {
  schema: string
  table: string
}

export interface ColumnRecord {
  tableOid: number
  attnum: number
  sourceName: string
  replicaName: string
  sourceType: string
  typeOid: number
  typmod: number
  replicaType: string
  exactness: 'exact' | 'text'
  note: string | null
  isKey: boolean
  /** As the source's catalog described it; null in a file of format 1. */
  source: SourceColumn | null
  /** What the rows were masked by; left out where they were not. */
  mask?: MaskRule
}

/** A change of a table's shape on the source, and what became of it here. */
export interface SchemaChangeRecord {
  notedAtMs: number
  lsn: Lsn | null
  oid: number
  schema: string
  name: string
  /** In words, like `add column discount numeric(12,2) default 0`. */
  change: string
  outcome: 'applied' | 'copied again' | 'parked'
}

async function rowsOf(connection: DuckDBConnection, sql: string, values?: DuckDBValue[]): Promise<DuckDBValue[][]> {
  const reader = await connection.runAndReadAll(sql, values)
  return reader.getRows()
}

export async function readSource(connection: DuckDBConnection): Promise<SourceRecord | null> {
  const rows = await rowsOf(
    connection,
    `SELECT system_id, timeline, database_name, address, slot_name, publication_name,
       to_json(publication_names)::VARCHAR FROM millrace.source`,
  )
  const row = rows[0]
  if (!row) return null
  return {
    systemId: row[0] as string,
    timeline: row[1] as number,
    database: row[2] as string,
    address: row[3] as string,
    slotName: row[4] as string,
    publicationName: row[5] as string,
    publicationNames: JSON.parse(row[6] as string) as string[],
  }
}

export async function writeSource(connection: DuckDBConnection, source: SourceRecord): Promise<void> {
  await connection.run('DELETE FROM millrace.source')
  await connection.run('INSERT INTO millrace.source VALUES ($1, $2, $3, $4, $5, $6, $7::JSON::VARCHAR[])', [
    source.systemId,
    source.timeline,
    source.database,
    source.address,
    source.slotName,
    source.publicationName,
    JSON.stringify(source.publicationNames),
  ])
}

export async function readCheckpoint(connection: DuckDBConnection): Promise<Checkpoint | null> {
  const rows = await rowsOf(
    connection,
    'SELECT lsn, epoch_ms(commit_at), transactions, changes FROM millrace.checkpoint',
  )
  const row = rows[0]
  if (!row) return null
  return {
    lsn: parseLsn(row[0] as string),
    commitMicros: row[1] === null ? null : epochMsToPostgresMicros(Number(row[1])),
    transactions: row[2] as bigint,
    changes: row[3] as bigint,
  }
}

/** Part of the caller's transaction: the checkpoint becomes durable with the rows that it speaks of. */
export async function writeCheckpoint(connection: DuckDBConnection, checkpoint: Checkpoint): Promise<void> {
  const commitMs = checkpoint.commitMicros === null ? null : BigInt(postgresMicrosToEpochMs(checkpoint.commitMicros))
  await connection.run(
    `UPDATE millrace.checkpoint SET lsn = $1, commit_at = to_timestamp($2::BIGINT / 1000), written_at = now(),
       transactions = $3, changes = $4`,
    [formatLsn(checkpoint.lsn), commitMs, checkpoint.transactions, checkpoint.changes],
  )
}

/** The file is as one that was never copied, but for its tables. */
export async function removeCheckpoint(connection: DuckDBConnection): Promise<void> {
  await connection.run('DELETE FROM millrace.checkpoint')
}

export async function createCheckpoint(connection: DuckDBConnection, lsn: Lsn): Promise<void> {
  await connection.run('DELETE FROM millrace.checkpoint')
  await connection.run('INSERT INTO millrace.checkpoint VALUES ($1, NULL, now(), 0, 0)', [formatLsn(lsn)])
}

export async function readTables(connection: DuckDBConnection): Promise<TableRecord[]> {
  const rows = await rowsOf(
    connection,
    `SELECT table_oid, schema_name, table_name, replica_schema, replica_table, state, reason, row_identity,
       snapshot_lsn, copied_rows FROM millrace.tables ORDER BY schema_name, table_name`,
  )
  return rows.map((row) => ({
    oid: row[0] as number,
    schema: row[1] as string,
    name: row[2] as string,
    replicaSchema: row[3] as string,
    replicaTable: row[4] as string,
    state: row[5] as TableState,
    reason: row[6] as string | null,
    rowIdentity: row[7] as TableRecord['rowIdentity'],
    snapshotLsn: row[8] === null ? null : parseLsn(row[8] as string),
    copiedRows: row[9] as bigint | null,
  }))
}

/** Where the copies of the tables lie that the file follows, by OID; of one that is not copied yet, where it will. */
export async function readReplicaNames(connection: DuckDBConnection): Promise<Map<number, ReplicaName>> {
  const rows = await rowsOf(connection, 'SELECT table_oid, replica_schema, replica_table FROM millrace.tables')
  return new Map(rows.map((row) => [row[0] as number, { schema: row[1] as string, table: row[2] as string }]))
}

export async function writeReplicaName(connection: DuckDBConnection, oid: number, { schema, table }: ReplicaName): Promise<void> {
  await connection.run('UPDATE millrace.tables SET replica_schema = $2, replica_table = $3 WHERE table_oid = $1', [oid, schema, table])
}

/** By the OID of their table, in the order of `attnum`. */
export async function readColumns(connection: DuckDBConnection): Promise<Map<number, ColumnRecord[]>> {
  const columns = new Map<number, ColumnRecord[]>()
  const rows = await rowsOf(
    connection,
    `SELECT table_oid, attnum, source_name, replica_name, source_type, type_oid, typmod, replica_type, exactness,
       note, is_key, source_column::VARCHAR, mask FROM millrace.columns ORDER BY table_oid, attnum`,
  )
  for (const row of rows) {
    const column: ColumnRecord = {
      tableOid: row[0] as number,
      attnum: row[1] as number,
      sourceName: row[2] as string,
      replicaName: row[3] as string,
      sourceType: row[4] as string,
      typeOid: row[5] as number,
      typmod: row[6] as number,
      replicaType: row[7] as string,
      exactness: row[8] as ColumnRecord['exactness'],
      note: row[9] as string | null,
      isKey: row[10] as boolean,
      source: row[11] === null ? null : (JSON.parse(row[11] as string) as SourceColumn),
      ...(row[12] === null ? {} : { mask: row[12] as MaskRule }),
    }
    const own = columns.get(column.tableOid)
    if (own) own.push(column)
    else columns.set(column.tableOid, [column])
  }
  return columns
}

/** All that is recorded of one table. */
export interface TableEntry {
  table: TableRecord
  columns: readonly ColumnRecord[]
  marks: ShapeMarks | null
}

/** Replaces what is recorded of one table. */
export async function writeTable(connection: DuckDBConnection, entry: TableEntry): Promise<void> {
  await removeTable(connection, entry.table.oid)
  await insertTables(connection, [entry])
}

/** Of tables of which nothing is recorded yet. */
export async function insertTables(connection: DuckDBConnection, entries: readonly TableEntry[]): Promise<void> {
  const names = `table_oid, schema_name, table_name, replica_schema, replica_table, state, reason, row_identity,
    snapshot_lsn, copied_rows, shape_marks`
  const rows = entries.map(({ table, marks }) => [
    table.oid,
    table.schema,
    table.name,
    table.replicaSchema,
    table.replicaTable,
    table.state,
    table.reason,
    table.rowIdentity,
    table.snapshotLsn === null ? null : formatLsn(table.snapshotLsn),
    table.copiedRows,
    marks === null ? null : JSON.stringify(marks),
  ])
  await insertRows(connection, rows, (values) =>
    `INSERT INTO millrace.tables (${names}, copied_at)
     SELECT *, CASE WHEN snapshot_lsn IS NOT NULL THEN now() END FROM (${values}) AS entries(${names})`,
  )
  await insertColumns(connection, entries.flatMap(({ columns }) => columns))
}

/** As `writeTable`, of a table whose rows stay: when and with how many it was copied is left as it is. */
export async function writeTableShape(
  connection: DuckDBConnection,
  table: TableRecord,
  columns: readonly ColumnRecord[],
  marks: ShapeMarks | null,
): Promise<void> {
  await connection.run(
    `UPDATE millrace.tables SET schema_name = $2, table_name = $3, replica_schema = $4, replica_table = $5,
       row_identity = $6, shape_marks = $7 WHERE table_oid = $1`,
    [
      table.oid,
      table.schema,
      table.name,
      table.replicaSchema,
      table.replicaTable,
      table.rowIdentity,
      marks === null ? null : JSON.stringify(marks),
    ],
  )
  await connection.run('DELETE FROM millrace.columns WHERE table_oid = $1', [table.oid])
  await insertColumns(connection, columns)
}

async function insertColumns(connection: DuckDBConnection, columns: readonly ColumnRecord[]): Promise<void> {
  const rows = columns.map((column) => [
    column.tableOid,
    column.attnum,
    column.sourceName,
    column.replicaName,
    column.sourceType,
    column.typeOid,
    column.typmod,
    column.replicaType,
    column.exactness,
    column.note,
    column.isKey,
    column.source === null ? null : JSON.stringify(column.source),
    column.mask ?? null,
  ])
  await insertRows(connection, rows, (values) => `INSERT INTO millrace.columns ${values}`)
}

/** A statement costs a millisecond whatever it inserts, and a source may have a hundred thousand columns. */
const ROWS_A_STATEMENT = 64

async function insertRows(
  connection: DuckDBConnection,
  rows: readonly (readonly DuckDBValue[])[],
  statementFor: (values: string) => string,
): Promise<void> {
  for (let first = 0; first < rows.length; first += ROWS_A_STATEMENT) {
    const part = rows.slice(first, first + ROWS_A_STATEMENT)
    const places = part.map((row, at) => `(${row.map((_, place) => `$${at * row.length + place + 1}`).join(', ')})`)
    await connection.run(statementFor(`VALUES ${places.join(', ')}`), part.flat())
  }
}

/** Forgets that the file follows a table. */
export async function removeTable(connection: DuckDBConnection, oid: number): Promise<void> {
  await connection.run('DELETE FROM millrace.tables WHERE table_oid = $1', [oid])
  await connection.run('DELETE FROM millrace.columns WHERE table_oid = $1', [oid])
}

export async function writeTableState(
  connection: DuckDBConnection,
  oid: number,
  state: TableState,
  reason: string | null,
): Promise<void> {
  await connection.run('UPDATE millrace.tables SET state = $2, reason = $3 WHERE table_oid = $1', [oid, state, reason])
}

/** Part of the caller's transaction: the change is in the record if it is in the table. */
export async function writeSchemaChange(connection: DuckDBConnection, change: SchemaChangeRecord): Promise<void> {
  await connection.run('INSERT INTO millrace.schema_changes VALUES (to_timestamp($1::DOUBLE / 1000), $2, $3, $4, $5, $6, $7)', [
    change.notedAtMs,
    change.lsn === null ? null : formatLsn(change.lsn),
    change.oid,
    change.schema,
    change.name,
    change.change,
    change.outcome,
  ])
}

/** The newest first. */
export async function readSchemaChanges(connection: DuckDBConnection, limit: number): Promise<SchemaChangeRecord[]> {
  const rows = await rowsOf(
    connection,
    `SELECT epoch_ms(noted_at), lsn, table_oid, schema_name, table_name, change, outcome FROM millrace.schema_changes
     ORDER BY noted_at DESC, rowid DESC LIMIT ${limit}`,
  )
  return rows.map((row) => ({
    notedAtMs: Number(row[0]),
    lsn: row[1] === null ? null : parseLsn(row[1] as string),
    oid: row[2] as number,
    schema: row[3] as string,
    name: row[4] as string,
    change: row[5] as string,
    outcome: row[6] as SchemaChangeRecord['outcome'],
  }))
}

/** By OID; a table of a file that an earlier Millrace wrote has none. */
export async function readShapeMarks(connection: DuckDBConnection): Promise<Map<number, ShapeMarks>> {
  const rows = await rowsOf(connection, 'SELECT table_oid, shape_marks::VARCHAR FROM millrace.tables WHERE shape_marks IS NOT NULL')
  return new Map(rows.map((row) => [row[0] as number, JSON.parse(row[1] as string) as ShapeMarks]))
}

/** The marks alone: nothing that the replica shows has changed. */
export async function writeShapeMarks(connection: DuckDBConnection, oid: number, marks: ShapeMarks): Promise<void> {
  await connection.run('UPDATE millrace.tables SET shape_marks = $2 WHERE table_oid = $1', [oid, JSON.stringify(marks)])
}

export interface DeadLetter {
  oid: number
  schema: string
  name: string
  lsn: Lsn | null
  code: string
  reason: string
  /** The staged rows that could not be applied, as CSV; null where they are too large to keep. */
  changes: string | null
}

export async function writeDeadLetter(connection: DuckDBConnection, letter: DeadLetter): Promise<void> {
  await connection.run('INSERT INTO millrace.dead_letters VALUES (now(), $1, $2, $3, $4, $5, $6, $7)', [
    letter.oid,
    letter.schema,
    letter.name,
    letter.lsn === null ? null : formatLsn(letter.lsn),
    letter.code,
    letter.reason,
    letter.changes,
  ])
}

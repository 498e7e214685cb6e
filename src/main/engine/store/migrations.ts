/** Millrace's own tables as they first were. LSNs are text, `X/Y`. */
const firstTables: readonly string[] = [
  'CREATE SCHEMA millrace',
  'CREATE SCHEMA history',
  'CREATE SCHEMA IF NOT EXISTS public',
  `CREATE TABLE millrace.file (
     format_version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL, created_by VARCHAR NOT NULL)`,
  `CREATE TABLE millrace.source (
     system_id VARCHAR NOT NULL, timeline INTEGER NOT NULL, database_name VARCHAR NOT NULL,
     address VARCHAR NOT NULL, slot_name VARCHAR NOT NULL, publication_name VARCHAR NOT NULL,
     publication_names VARCHAR[] NOT NULL)`,
  `CREATE TABLE millrace.checkpoint (
     lsn VARCHAR NOT NULL, commit_at TIMESTAMPTZ, written_at TIMESTAMPTZ NOT NULL,
     transactions UBIGINT NOT NULL, changes UBIGINT NOT NULL)`,
  `CREATE TABLE millrace.tables (
     table_oid UINTEGER NOT NULL, schema_name VARCHAR NOT NULL, table_name VARCHAR NOT NULL,
     replica_schema VARCHAR NOT NULL, replica_table VARCHAR NOT NULL,
     state VARCHAR NOT NULL, reason VARCHAR, row_identity VARCHAR NOT NULL,
     snapshot_lsn VARCHAR, copied_at TIMESTAMPTZ, copied_rows UBIGINT)`,
  `CREATE TABLE millrace.columns (
     table_oid UINTEGER NOT NULL, attnum SMALLINT NOT NULL, source_name VARCHAR NOT NULL,
     replica_name VARCHAR NOT NULL, source_type VARCHAR NOT NULL, type_oid UINTEGER NOT NULL,
     typmod INTEGER NOT NULL, replica_type VARCHAR NOT NULL, exactness VARCHAR NOT NULL,
     note VARCHAR, is_key BOOLEAN NOT NULL)`,
  `CREATE TABLE millrace.schema_changes (
     noted_at TIMESTAMPTZ NOT NULL, lsn VARCHAR, table_oid UINTEGER, schema_name VARCHAR, table_name VARCHAR,
     change VARCHAR NOT NULL, outcome VARCHAR NOT NULL)`,
  `CREATE TABLE millrace.dead_letters (
     noted_at TIMESTAMPTZ NOT NULL, table_oid UINTEGER NOT NULL, schema_name VARCHAR NOT NULL,
     table_name VARCHAR NOT NULL, lsn VARCHAR, code VARCHAR NOT NULL, reason VARCHAR NOT NULL, changes VARCHAR)`,
]

/** What each version added to the one before it. */
const additions: readonly (readonly string[])[] = [
  firstTables,
  [
    // What the source's catalog said when the table's shape was last taken over: `model/shape.ts`, `model/relation.ts`.
    'ALTER TABLE millrace.tables ADD COLUMN shape_marks JSON',
    'ALTER TABLE millrace.columns ADD COLUMN source_column JSON',
    `CREATE TABLE millrace.reconciliations (
       run_id VARCHAR NOT NULL, started_at TIMESTAMPTZ NOT NULL, finished_at TIMESTAMPTZ NOT NULL,
       mode VARCHAR NOT NULL, table_oid UINTEGER NOT NULL, schema_name VARCHAR NOT NULL, table_name VARCHAR NOT NULL,
       lsn VARCHAR, rows_compared UBIGINT NOT NULL, rows_missing UBIGINT NOT NULL, rows_extra UBIGINT NOT NULL,
       rows_altered UBIGINT NOT NULL, rows_unsettled UBIGINT NOT NULL, rows_repaired UBIGINT NOT NULL,
       outcome VARCHAR NOT NULL, reason VARCHAR, differences JSON)`,
  ],
  [
    // What the rows in the file were masked by; what is asked for stands in `masks`, and outlives the table.
    'ALTER TABLE millrace.columns ADD COLUMN mask VARCHAR',
    `CREATE TABLE millrace.masks (
       table_oid UINTEGER NOT NULL, attnum SMALLINT NOT NULL, schema_name VARCHAR NOT NULL, table_name VARCHAR NOT NULL,
       column_name VARCHAR NOT NULL, rule VARCHAR NOT NULL)`,
    // Which key of the data folder the hashes are made with; never the key itself.
    'CREATE TABLE millrace.mask_key (key_id VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, made_at TIMESTAMPTZ NOT NULL)',
  ],
]

/** The version of the tables in schema `millrace`; a file with a higher one is refused. */
export const FORMAT_VERSION = additions.length

/** Brings Millrace's own tables from `version` to `FORMAT_VERSION`; 0 is a file that has none. */
export function migrationsFrom(version: number): readonly string[] {
  return additions.slice(version).flat()
}

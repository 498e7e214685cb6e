/** The version of the tables in schema `millrace`; a file with a higher one is refused. */
export const FORMAT_VERSION = 1

/** Millrace's own tables in a new file. LSNs are text, `X/Y`. */
export const createOwnTables: readonly string[] = [
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

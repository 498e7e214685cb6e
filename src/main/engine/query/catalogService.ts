import type { DuckDBConnection } from '@duckdb/node-api'
import type { MaskRule } from '../../contract/masks.ts'
import type { CatalogTable } from '../../contract/query.ts'
import { SCRATCH } from '../../contract/scratch.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { EngineName } from '../../contract/values.ts'
import { connectSource } from '../source/connection.ts'
import { faultOfSourceError } from '../source/faults.ts'
import { faultOfReplicaStatement } from './statementFaults.ts'

export interface CatalogServiceOptions {
  connectReplica(): Promise<DuckDBConnection>
  sourceAddress(): SourceAddress
  /** `schema.name` of the source's tables that the replica follows. */
  followed(): ReadonlySet<string>
}

/** A catalog of 20,000 tables takes a second; anything much longer is a lock or a sick server. */
const SOURCE_TIMEOUT_MS = 20_000

type TableRow = [schema: string, name: string, kind: CatalogTable['kind'], rows: string | null]
type ColumnRow = [
  schema: string,
  table: string,
  name: string,
  type: string,
  sourceType: string | null,
  key: boolean,
  note: string | null,
  mask: MaskRule | null,
]

/** The user's own tables have a file of their own, and are shown as a schema: one writes `scratch.name`. */
const OF_USER = `NOT internal
  AND (database_name = current_database() OR (database_name = '${SCRATCH}' AND schema_name = 'main'))`
const SCHEMA = `CASE WHEN database_name = '${SCRATCH}' THEN '${SCRATCH}' ELSE schema_name END`

/** Our own schemas stand behind the user's. */
const replicaTablesQuery = `
  SELECT * FROM (
    SELECT ${SCHEMA} AS shown_schema, table_name AS name, 'table', estimated_size::VARCHAR FROM duckdb_tables()
    WHERE ${OF_USER}
    UNION ALL
    SELECT ${SCHEMA}, view_name, 'view', NULL FROM duckdb_views() WHERE ${OF_USER})
  ORDER BY shown_schema IN ('millrace', 'history'), shown_schema, name`

/** What the columns are on the source, from Millrace's own record; a renamed column says what it is called there. */
const replicaColumnsQuery = `
  SELECT c.shown_schema, c.table_name, c.column_name, c.data_type, m.source_type, coalesce(m.is_key, false),
    CASE WHEN m.replica_name <> m.source_name
      THEN concat_ws(' ', 'Called "' || m.source_name || '" on the source.', m.note)
      ELSE m.note END, m.mask
  FROM (SELECT *, ${SCHEMA} AS shown_schema FROM duckdb_columns() WHERE ${OF_USER}) AS c
  LEFT JOIN millrace.tables AS t ON t.replica_schema = c.shown_schema AND t.replica_table = c.table_name
  LEFT JOIN millrace.columns AS m ON m.table_oid = t.table_oid AND m.replica_name = c.column_name
  ORDER BY c.shown_schema, c.table_name, c.column_index`

const replicaFunctionsQuery = `
  SELECT DISTINCT function_name FROM duckdb_functions()
  WHERE function_type IN ('scalar', 'aggregate', 'table', 'macro', 'table_macro')
    AND regexp_full_match(function_name, '[a-z][a-z0-9_]*')
  ORDER BY 1`

const sourceTablesQuery = `
  SELECT n.nspname, c.relname,
    CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' WHEN 'p' THEN 'partitioned' ELSE 'table' END,
    CASE WHEN c.reltuples >= 0 AND c.relkind IN ('r', 'm') THEN c.reltuples::bigint::text END
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ORDER BY n.nspname, c.relname`

const sourceColumnsQuery = `
  SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), NULL,
    coalesce(a.attnum = ANY (i.indkey), false), pg_catalog.col_description(c.oid, a.attnum), NULL
  FROM pg_catalog.pg_attribute AS a
  JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ORDER BY n.nspname, c.relname, a.attnum`

/** What a person may call: not the machinery of types, indexes and triggers. */
const sourceFunctionsQuery = `
  SELECT DISTINCT p.proname::text FROM pg_catalog.pg_proc AS p
  JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
  WHERE p.proname ~ '^[a-z][a-z0-9_]*$' AND n.nspname <> 'pg_toast' AND n.nspname <> 'information_schema'
    AND p.prokind IN ('f', 'a', 'w')
    AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype,
      'language_handler'::regtype, 'index_am_handler'::regtype, 'table_am_handler'::regtype, 'fdw_handler'::regtype)
    AND NOT 'internal'::regtype = ANY (p.proargtypes) AND NOT 'cstring'::regtype = ANY (p.proargtypes)
  ORDER BY 1`

/** Schemas, tables, columns and functions of both engines, for the tree and for completion. */
export class CatalogService {
  private readonly options: CatalogServiceOptions

  constructor(options: CatalogServiceOptions) {
    this.options = options
  }

  async tables(engine: EngineName): Promise<CatalogTable[]> {
    const isReplica = engine === 'replica'
    const [tables, columns] = isReplica
      ? await this.askReplica([replicaTablesQuery, replicaColumnsQuery])
      : await this.askSource([sourceTablesQuery, sourceColumnsQuery])
    const followed = isReplica ? null : this.options.followed()
    return tablesOf(tables as TableRow[], columns as ColumnRow[], (key) => followed?.has(key) ?? true)
  }

  async functions(engine: EngineName): Promise<string[]> {
    const [rows] =
      engine === 'replica'
        ? await this.askReplica([replicaFunctionsQuery])
        : await this.askSource([sourceFunctionsQuery])
    return rows!.map((row) => String((row as unknown[])[0]))
  }

  private async askReplica(queries: readonly string[]): Promise<unknown[][]> {
    const connection = await this.options.connectReplica()
    try {
      const answers: unknown[][] = []
      for (const query of queries) answers.push((await connection.runAndReadAll(query)).getRows())
      return answers
    } catch (error) {
      throw faultOfReplicaStatement(error, '')
    } finally {
      connection.closeSync()
    }
  }

  private async askSource(queries: readonly string[]): Promise<unknown[][]> {
    const client = await connectSource(this.options.sourceAddress(), {
      purpose: 'catalog',
      readOnly: true,
      statementTimeoutMs: SOURCE_TIMEOUT_MS,
    })
    try {
      const answers: unknown[][] = []
      for (const text of queries) answers.push((await client.query({ text, rowMode: 'array' })).rows)
      return answers
    } catch (error) {
      throw faultOfSourceError(error)
    } finally {
      await client.end().catch(() => {})
    }
  }
}

function tablesOf(
  tables: readonly TableRow[],
  columns: readonly ColumnRow[],
  isReplicated: (key: string) => boolean,
): CatalogTable[] {
  const columnsByTable = new Map<string, CatalogTable['columns']>()
  for (const [schema, table, name, type, sourceType, key, note, mask] of columns) {
    const ofTable = columnsByTable.get(`${schema}.${table}`)
    const column = { name, type, sourceType, key, note, ...(mask === null ? {} : { mask }) }
    if (ofTable) ofTable.push(column)
    else columnsByTable.set(`${schema}.${table}`, [column])
  }
  return tables.map(([schema, name, kind, rows]) => ({
    schema,
    name,
    kind,
    rows: rows === null ? null : Number(rows),
    replicated: isReplicated(`${schema}.${name}`),
    columns: columnsByTable.get(`${schema}.${name}`) ?? [],
  }))
}

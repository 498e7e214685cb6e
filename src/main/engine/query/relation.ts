import type { DuckDBConnection } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import type { EngineName, ResultColumn, TableName } from '../../contract/values.ts'
import { identifier, qualified } from '../store/sql.ts'
import { replicaColumn } from './valueKinds.ts'

/** A column of a relation, and the SQL of its typed value. */
export interface RelationColumn extends ResultColumn {
  sql: string
}

/** Rows in some DuckDB, to be looked at as a whole: a table of the replica, or what a result has by now. */
export interface Relation {
  /** A new connection to where it lies; the caller closes it. */
  connect(): Promise<DuckDBConnection>
  /** How it is named in SQL. */
  sql: string
  columns: RelationColumn[]
  /** One sentence where it is not the whole of what was asked for. */
  note: string | null
}

/** Throws TABLE_MISSING where the replica has no such table or view. */
export async function relationOfTable(
  table: TableName,
  connect: () => Promise<DuckDBConnection>,
): Promise<Relation> {
  const sql = qualified(table.schema, table.name)
  const connection = await connect()
  try {
    const prepared = await connection.prepare(`SELECT * FROM ${sql}`)
    const columns = Array.from({ length: prepared.columnCount }, (_, index) => {
      const name = prepared.columnName(index)
      return { ...replicaColumn(name, prepared.columnType(index)), sql: identifier(name) }
    })
    prepared.destroySync()
    return { connect, sql, columns, note: null }
  } catch (error) {
    throw new MillraceError(
      {
        code: 'TABLE_MISSING',
        message: `The replica has no table ${table.schema}.${table.name}.`,
        advice: 'Copy it from its source, or run a query on the source and look at the result.',
      },
      { cause: error },
    )
  } finally {
    connection.closeSync()
  }
}

/** Postgres's types by the DuckDB type that holds their text; what is not here stays text. */
const typesOfSourceText: [RegExp, string][] = [
  [/^(smallint|integer|bigint|oid)$/, 'BIGINT'],
  [/^numeric\((\d+),(\d+)\)$/, 'DECIMAL'],
  [/^(numeric|real|double precision)/, 'DOUBLE'],
  [/^boolean$/, 'BOOLEAN'],
  [/^date$/, 'DATE'],
  [/^timestamp(\(\d\))? with time zone$/, 'TIMESTAMPTZ'],
  [/^timestamp(\(\d\))? without time zone$/, 'TIMESTAMP'],
  [/^time(\(\d\))? without time zone$/, 'TIME'],
]

const LARGEST_PRECISION = 38

function typeOfSourceText(type: string): string | null {
  const found = typesOfSourceText.find(([pattern]) => pattern.test(type))
  if (found?.[1] !== 'DECIMAL') return found?.[1] ?? null
  const [, precision, scale] = found[0].exec(type)!.map(Number)
  return precision! <= LARGEST_PRECISION && scale! <= precision! ? `DECIMAL(${precision},${scale})` : 'DOUBLE'
}

/**
 * The SQL of a stored result's column as its own type. Results of the source, and those of the replica whose
 * types have no name, are stored as text; text that is no value of the type becomes NULL.
 */
export function storedValueSql(column: ResultColumn, index: number, storedType: string, engine: EngineName): string {
  const stored = `c${index}`
  if (storedType !== 'VARCHAR' || column.kind === 'text') return stored
  const type = engine === 'source' ? typeOfSourceText(column.type) : column.kind === 'other' ? null : column.type
  return type === null || type === 'VARCHAR' || type === 'JSON' ? stored : `TRY_CAST(${stored} AS ${type})`
}

import type { DuckDBConnection } from '@duckdb/node-api'
import type pg from 'pg'
import type { ForeignKey, TablePage, TablePageColumn } from '../../contract/catalog.ts'
import { MillraceError } from '../../contract/errors.ts'
import type { Fault } from '../../contract/errors.ts'
import type { MaskRule } from '../../contract/masks.ts'
import { SCRATCH } from '../../contract/scratch.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { TableName } from '../../contract/values.ts'
import { connectSource } from '../source/connection.ts'
import { faultOfSourceError } from '../source/faults.ts'
import { literal } from '../store/sql.ts'
import { faultOfReplicaStatement } from './statementFaults.ts'
import {
  allForeignKeysQuery, followedColumnsQuery, followedTableQuery, foreignKeysOfTableQuery, replicaColumnsOfTableQuery,
  replicaTableQuery, sourceTableQuery,
} from './tablePageQueries.ts'

export interface TablePagesOptions {
  connectReplica(): Promise<DuckDBConnection>
  sourceAddress(): SourceAddress
}

/** Sizes wait where somebody holds a table exclusively; the page is shown without them then. */
const SOURCE_TIMEOUT_MS = 10_000

interface SourceColumn {
  name: string
  type: string
  nullable: boolean
  defaultExpression: string | null
  isKey: boolean
  comment: string | null
}
type SourceSide = NonNullable<TablePage['source']>
interface SourceTable extends Omit<SourceSide, 'foreignKeys' | 'referencedBy'> {
  kind: TablePage['kind']
  comment: string | null
  columns: SourceColumn[]
}

interface ReplicaRow {
  kind: 'table' | 'view'
  estimatedRows: bigint | null
  definition: string | null
}
interface ReplicaColumn {
  name: string
  type: string
  nullable: boolean
  defaultExpression: string | null
  comment: string | null
}
interface FollowedColumn {
  sourceName: string
  replicaName: string
  sourceType: string
  isText: boolean
  note: string | null
  isKey: boolean
  mask?: MaskRule | null
}
interface ReplicaTable {
  kind: 'table' | 'view'
  side: NonNullable<TablePage['replica']>
  columns: ReplicaColumn[]
  followed: FollowedColumn[]
}

/** Everything that is known of one table, on both sides. */
export class TablePages {
  private readonly options: TablePagesOptions

  constructor(options: TablePagesOptions) {
    this.options = options
  }

  /** A source that cannot be asked leaves its half out and says why. Throws TABLE_MISSING where neither side has it. */
  async read(table: TableName): Promise<TablePage> {
    let sourceFault: Fault | null = null
    const [replica, source] = await Promise.all([
      this.readReplica(table),
      this.readSource(table).catch((error: unknown) => {
        sourceFault = faultOfSourceError(error).toFault()
        return null
      }),
    ])
    if (!replica && !source && sourceFault === null) throw missing(table)
    return {
      ...table,
      kind: source?.table.kind ?? replica?.kind ?? 'table',
      comment: source?.table.comment ?? null,
      columns: pageColumns(source?.table.columns ?? null, replica),
      source: source && sideOf(source.table, source.keys, table),
      sourceFault,
      replica: replica?.side ?? null,
    }
  }

  async foreignKeys(): Promise<ForeignKey[]> {
    try {
      return await this.askSource((client) => documents<ForeignKey>(client, allForeignKeysQuery, []))
    } catch (error) {
      throw faultOfSourceError(error)
    }
  }

  private async readSource({ schema, name }: TableName): Promise<{ table: SourceTable; keys: ForeignKey[] } | null> {
    if (schema === SCRATCH) return null
    return this.askSource(async (client) => {
      const [table] = await documents<SourceTable>(client, sourceTableQuery, [schema, name])
      if (!table) return null
      return { table, keys: await documents<ForeignKey>(client, foreignKeysOfTableQuery, [schema, name]) }
    })
  }

  private async readReplica({ schema, name }: TableName): Promise<ReplicaTable | null> {
    const connection = await this.options.connectReplica()
    const rows = async <Row>(sql: string) =>
      (await connection.runAndReadAll(sql, [schema, name])).getRowObjects() as unknown as Row[]
    try {
      const [found] = await rows<ReplicaRow>(replicaTableQuery)
      if (!found) return null
      const { kind, estimatedRows, definition } = found
      const [followed] = await rows<{ copiedAt: string | null }>(followedTableQuery)
      return {
        kind,
        side: {
          rows: estimatedRows === null ? null : Number(estimatedRows),
          bytes: kind === 'table' ? await tableBytes(connection, { schema, name }) : null,
          copiedAt: followed?.copiedAt ?? null,
          definition,
        },
        columns: await rows<ReplicaColumn>(replicaColumnsOfTableQuery),
        followed: await rows<FollowedColumn>(followedColumnsQuery),
      }
    } catch (error) {
      throw faultOfReplicaStatement(error, '')
    } finally {
      connection.closeSync()
    }
  }

  private async askSource<Answer>(ask: (client: pg.Client) => Promise<Answer>): Promise<Answer> {
    const client = await connectSource(this.options.sourceAddress(), {
      purpose: 'catalog',
      readOnly: true,
      statementTimeoutMs: SOURCE_TIMEOUT_MS,
    })
    try {
      return await ask(client)
    } finally {
      await client.end().catch(() => {})
    }
  }
}

async function documents<Document>(client: pg.Client, text: string, values: string[]): Promise<Document[]> {
  const { rows } = await client.query<[Document]>({ text, values, rowMode: 'array' })
  return rows.map(([document]) => document)
}

/**
 * The file's blocks that hold some of the table, times their size; DuckDB counts no bytes a table. Null before
 * a checkpoint has written any.
 * https://duckdb.org/docs/stable/configuration/pragmas#storage-information
 */
async function tableBytes(connection: DuckDBConnection, { schema, name }: TableName): Promise<number | null> {
  const path = literal(`"${schema.replaceAll('"', '""')}"."${name.replaceAll('"', '""')}"`)
  const reader = await connection.runAndReadAll(
    `SELECT (SELECT count(DISTINCT block_id) FROM pragma_storage_info(${path}) WHERE persistent AND block_id >= 0) *
       (SELECT block_size FROM pragma_database_size() WHERE database_name = current_database())`,
  )
  const bytes = Number(reader.getRows()[0]![0])
  return bytes === 0 ? null : bytes
}

function sideOf(found: SourceTable, keys: readonly ForeignKey[], { schema, name }: TableName): SourceSide {
  const { kind: _kind, comment: _comment, columns: _columns, constraints, indexes, ...side } = found
  return {
    ...side,
    constraints: constraints ?? [],
    indexes: indexes ?? [],
    foreignKeys: keys.filter((key) => key.schema === schema && key.table === name),
    referencedBy: keys.filter(({ references }) => references.schema === schema && references.table === name),
  }
}

/**
 * The source's columns in their order, each with what the replica makes of it; then those that only the
 * replica has. Without the source, what Millrace has recorded of it serves.
 */
export function pageColumns(
  source: readonly SourceColumn[] | null,
  replica: Pick<ReplicaTable, 'columns' | 'followed'> | null,
): TablePageColumn[] {
  const followed = new Map(replica?.followed.map((column) => [column.sourceName, column]))
  const bySourceName = new Map(replica?.followed.map((column) => [column.replicaName, column]))
  const inReplica = new Map(replica?.columns.map((column) => [column.name, column]))
  const fromSource = (source ?? []).map((column): TablePageColumn => {
    const known = followed.get(column.name)
    const kept = inReplica.get(known?.replicaName ?? column.name)
    if (kept) inReplica.delete(kept.name)
    return {
      name: column.name,
      replicaName: kept && kept.name !== column.name ? kept.name : null,
      sourceType: column.type,
      replicaType: kept?.type ?? null,
      isText: (known?.isText ?? false) && !known?.mask,
      note: known?.note ?? null,
      nullable: column.nullable,
      defaultExpression: column.defaultExpression,
      isKey: column.isKey,
      comment: column.comment,
      ...followedAs(known),
    }
  })
  const others = [...inReplica.values()].map((kept): TablePageColumn => {
    const known = bySourceName.get(kept.name)
    return {
      name: known?.sourceName ?? kept.name,
      replicaName: known && known.sourceName !== kept.name ? kept.name : null,
      sourceType: known?.sourceType ?? null,
      replicaType: kept.type,
      isText: (known?.isText ?? false) && !known?.mask,
      note: known?.note ?? null,
      nullable: kept.nullable,
      defaultExpression: kept.defaultExpression,
      isKey: known?.isKey ?? false,
      comment: kept.comment,
      ...followedAs(known),
    }
  })
  return [...fromSource, ...others]
}

function followedAs(known: FollowedColumn | undefined): Pick<TablePageColumn, 'mask' | 'isFollowed'> {
  if (!known) return {}
  return { isFollowed: true, ...(known.mask ? { mask: known.mask } : {}) }
}

function missing({ schema, name }: TableName): MillraceError {
  return new MillraceError({
    code: 'TABLE_MISSING',
    message: `Neither the source nor the replica has a table ${schema}.${name}.`,
    advice: 'Read the schemas anew: it may have been dropped or renamed.',
  })
}

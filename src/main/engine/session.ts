import type { DuckDBConnection } from '@duckdb/node-api'
import type { MillraceError } from '../contract/errors.ts'
import type { LagPoint, LiveSnapshot } from '../contract/live.ts'
import type { SourceAddress } from '../contract/source.ts'
import type { TableName } from '../contract/values.ts'
import type { Lsn } from './model/lsn.ts'
import type { Host } from './ports.ts'

/** `schema.table` patterns with `*` and `?`; a name without a dot means schema `public`. */
export interface TableSelection {
  include: readonly string[]
  exclude: readonly string[]
}

export interface SessionOptions {
  filePath: string
  address: SourceAddress
  /** What a new file copies; a file that exists knows its tables. Default: every user table. */
  tables?: readonly TableName[] | TableSelection
  /** Default: a name made from the database and a random suffix, recorded in the file. */
  slotName?: string
  publicationName?: string
  /** False: copy, catch up to the moment of the call, and stop. Default true. */
  follow?: boolean
}

/** One replica file open for writing, its stream, and its live figures. */
export interface ReplicaSession {
  readonly filePath: string
  readonly address: SourceAddress
  /** The picture of now; `workspaceId` and `demo` are null here and filled in by the engine. */
  live(): LiveSnapshot
  /** The last 15 minutes, a point a second. */
  history(): LagPoint[]
  /** A new connection to the replica's DuckDB instance; the caller closes it. */
  connectReplica(): Promise<DuckDBConnection>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Copies one table again. Throws TABLE_MISSING. */
  resyncTable(table: TableName): Promise<void>
  /** True once the file's checkpoint has reached `lsn`; false when the time is up. Throws what made the stream fail. */
  waitForLsn(lsn: Lsn, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean>
  /** Resolves once everything committed on the source before the call is durable in the file. Throws what made the stream fail. */
  whenCaughtUp(signal?: AbortSignal): Promise<void>
  /** Resolves when the stream has failed for good (with the fault) or the session was closed (null). */
  readonly ended: Promise<MillraceError | null>
  /** Stops cleanly: the batch in hand is finished or dropped, the file closed. Within 2 s. */
  close(): Promise<void>
}

/** Opens or makes the file, and starts to follow. Throws FILE_* and source faults that a retry cannot mend. */
export declare function openSession(host: Host, options: SessionOptions): Promise<ReplicaSession>

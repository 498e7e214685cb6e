import { existsSync, statSync } from 'node:fs'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import { faultOfOpening } from './faults.ts'
import { refuseShortFile } from './fileLength.ts'
import { commit } from './interruption.ts'
import { claimFile } from './openFiles.ts'
import { DUCKDB_THREADS, MEMORY_LIMIT_BYTES } from './memory.ts'
import { literal } from './sql.ts'
import { FORMAT_VERSION, migrationsFrom } from './migrations.ts'

export interface OpenFileOptions {
  /** Recorded in a new file. */
  createdBy: string
  temporaryFolder: string
  /** DuckDB's own limit; beyond it queries spill to the temporary folder. */
  memoryLimitBytes?: number
  /** Reads beside no writer: DuckDB admits one writing process a file. */
  readOnly?: boolean
}

/**
 * The file's name within DuckDB. DuckDB would call it after the file, and then refuse `sales.orders` in
 * `sales.duckdb`, not knowing whether the file or the schema is meant.
 */
const REPLICA_CATALOG = 'millrace_replica'

/** The DuckDB file and Millrace's own connection to it. */
export class ReplicaFile {
  readonly path: string
  readonly isNew: boolean
  readonly instance: DuckDBInstance
  /** For Millrace's own short statements; batches and queries have connections of their own. */
  readonly bookkeeping: DuckDBConnection
  private closed = false
  private recording: Promise<unknown> = Promise.resolve()

  private readonly release: () => void

  private constructor(
    path: string,
    isNew: boolean,
    instance: DuckDBInstance,
    bookkeeping: DuckDBConnection,
    release: () => void,
  ) {
    this.path = path
    this.isNew = isNew
    this.instance = instance
    this.bookkeeping = bookkeeping
    this.release = release
  }

  /**
   * Opens a replica, or makes one where there is no file (or an empty DuckDB one). Throws FILE_*; a
   * file that is not ours, or newer than us, is left as it is.
   */
  static async open(path: string, options: OpenFileOptions): Promise<ReplicaFile> {
    if (options.readOnly && !existsSync(path)) throw missingFile()
    const memoryLimitBytes = options.memoryLimitBytes ?? MEMORY_LIMIT_BYTES
    const release = claimFile(path, options.readOnly === true)
    let instance: DuckDBInstance | null = null
    try {
      instance = await DuckDBInstance.create(':memory:', {
        threads: String(DUCKDB_THREADS),
        memory_limit: `${Math.round(memoryLimitBytes / 1e6)}MB`,
        temp_directory: options.temporaryFolder,
        // Gives memory that statements have freed back sooner; else it is kept for the next of their size.
        allocator_background_threads: 'true',
        // Everything that Millrace uses is built in; a download in the middle of the work is a surprise.
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
        // A checkpoint rewrites every row group that changed, and holds up the apply meanwhile: seconds, after scattered
        // updates. After a kill the log is replayed, a hundred megabytes a second.
        checkpoint_threshold: '256MB',
      })
      const bookkeeping = await instance.connect()
      await bookkeeping.run(`ATTACH ${literal(path)} AS ${REPLICA_CATALOG}${options.readOnly ? ' (READ_ONLY)' : ''}`)
      await bookkeeping.run(`USE ${REPLICA_CATALOG}`)
      await refuseShortFile(bookkeeping, path)
      const isNew = await prepareOwnTables(bookkeeping, options)
      await configure(bookkeeping)
      await bookkeeping.run('PRAGMA disable_checkpoint_on_shutdown')
      return new ReplicaFile(path, isNew, instance, bookkeeping, release)
    } catch (error) {
      instance?.closeSync()
      release()
      throw faultOfOpening(error)
    }
  }

  async connect(): Promise<DuckDBConnection> {
    const connection = await this.instance.connect()
    await configure(connection)
    return connection
  }

  /** Runs `work` in a transaction of its own on `bookkeeping`, one after another. Throws STOPPED once the file is being closed. */
  record<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    if (this.closed) return Promise.reject(fileClosed())
    const recorded = this.recording.then(() => inTransaction(this.bookkeeping, () => work(this.bookkeeping)))
    this.recording = recorded.catch(() => {})
    return recorded
  }

  /** Brings what lies in memory and in the log into the file, where nobody else writes just then. Never rejects. */
  async checkpoint(): Promise<void> {
    if (this.closed) return
    this.recording = this.recording.then(() => this.bookkeeping.run('CHECKPOINT')).catch(() => {})
    await this.recording
  }

  /** The file and its write-ahead log, in bytes. */
  sizeBytes(): number | null {
    try {
      const wal = `${this.path}.wal`
      return statSync(this.path).size + (existsSync(wal) ? statSync(wal).size : 0)
    } catch {
      return null
    }
  }

  /**
   * Small files are left whole, with no log beside them. In a large one, a checkpoint after scattered updates
   * rewrites most of it and takes seconds: its log stays beside it, and is read at the next opening. Waits for what
   * is being recorded: a connection that is closed under a statement takes the process with it.
   */
  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await this.recording
    if ((this.sizeBytes() ?? Infinity) <= CHECKPOINT_AT_CLOSE_BYTES) {
      await this.bookkeeping.run('CHECKPOINT').catch(() => {})
    }
    this.bookkeeping.closeSync()
    this.instance.closeSync()
    this.release()
  }
}

const CHECKPOINT_AT_CLOSE_BYTES = 64 << 20

/** Names without a schema mean what they mean on the source, so that the same SQL runs on both. */
async function configure(connection: DuckDBConnection): Promise<void> {
  await connection.run(`SET TimeZone = 'UTC'`)
  await connection.run(`SET search_path = '${REPLICA_CATALOG}.public,${REPLICA_CATALOG}.main'`)
}

async function prepareOwnTables(connection: DuckDBConnection, options: OpenFileOptions): Promise<boolean> {
  const own = await connection.runAndReadAll(
    `SELECT count(*) FILTER (WHERE schema_name = 'millrace' AND table_name = 'file'), count(*) FROM duckdb_tables()
     WHERE NOT internal AND database_name = current_database()`,
  )
  const [ownTables, tables] = own.getRows()[0] as [bigint, bigint]
  if (ownTables === 0n && tables > 0n) {
    throw new MillraceError({
      code: 'FILE_FOREIGN',
      message: 'The DuckDB file was not made by Millrace.',
      advice: 'Name another file; this one is left as it is.',
    })
  }
  if (ownTables === 1n) {
    const version = await connection.runAndReadAll('SELECT format_version FROM millrace.file')
    const found = version.getRows()[0]?.[0] as number | undefined
    if (found === undefined || found > FORMAT_VERSION) {
      throw new MillraceError({
        code: 'FILE_TOO_NEW',
        message: 'The replica file was written by a newer Millrace.',
        advice: 'Update Millrace, or name another file; this one is left as it is.',
      })
    }
    // A reader takes an older file as it is: what it reads has been there from the first version on.
    if (found < FORMAT_VERSION && !options.readOnly) {
      await inTransaction(connection, async () => {
        for (const statement of migrationsFrom(found)) await connection.run(statement)
        await connection.run('UPDATE millrace.file SET format_version = $1', [FORMAT_VERSION])
      })
    }
    return false
  }
  if (options.readOnly) {
    throw new MillraceError({
      code: 'FILE_FOREIGN',
      message: 'The DuckDB file holds no replica.',
      advice: 'Name the file of a replica, or make one with `millrace sync`.',
    })
  }
  await inTransaction(connection, async () => {
    for (const statement of migrationsFrom(0)) await connection.run(statement)
    await connection.run('INSERT INTO millrace.file VALUES ($1, now(), $2)', [FORMAT_VERSION, options.createdBy])
  })
  return true
}

/** Runs `work` between BEGIN and COMMIT; rolls back and throws on where it throws. */
export async function inTransaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  try {
    // Within: a BEGIN that was interrupted may have taken place.
    await connection.run('BEGIN TRANSACTION')
    const result = await work()
    await commit(connection)
    return result
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => {})
    throw error
  }
}

function fileClosed(): MillraceError {
  return new MillraceError({
    code: 'STOPPED',
    message: 'The replica file is being closed.',
    advice: 'Open it again.',
  })
}

function missingFile(): MillraceError {
  return new MillraceError({
    code: 'FILE_MISSING',
    message: 'There is no replica file at that path.',
    advice: 'Check the path, or make the file with `millrace sync`.',
  })
}

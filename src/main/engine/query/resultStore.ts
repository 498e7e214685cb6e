import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { literal } from '../store/sql.ts'
import { Spool } from './spool.ts'

/** What results may hold in memory at a time; the rest lies in the temporary folder. */
const MEMORY_LIMIT_MB = 128
/** Results never take more of the disk than this, nor more than half of what is free: the replica lives there too. */
const LARGEST_SPILL_BYTES = 32 * 2 ** 30

/**
 * Keeps the rows of open results, of any size, for reading by position: a DuckDB of its own in memory,
 * which spills to files in the temporary folder. It is apart from the replica, so that a large result
 * takes neither the replica's memory nor its checkpoints, and is gone with the process.
 */
export class ResultStore {
  private readonly instance: DuckDBInstance
  private readonly folder: string
  private readonly connection: DuckDBConnection
  private lastSpool = 0

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, folder: string) {
    this.instance = instance
    this.connection = connection
    this.folder = folder
  }

  static async open(temporaryFolder: string): Promise<ResultStore> {
    const folder = await mkdtemp(join(temporaryFolder, 'results-'))
    const { bavail, bsize } = await statfs(folder)
    const spillBytes = Math.min(LARGEST_SPILL_BYTES, Math.floor((bavail * bsize) / 2))
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${MEMORY_LIMIT_MB}MB`,
      threads: '1',
      temp_directory: folder,
      max_temp_directory_size: `${Math.max(1, Math.floor(spillBytes / 2 ** 20))}MiB`,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    })
    return new ResultStore(instance, await connectIn(instance, 'UTC'), folder)
  }

  /** A place for rows of these DuckDB types, as DDL writes them. Throws where a type has no name in DDL. */
  async createSpool(types: readonly string[], timeZone: string): Promise<Spool> {
    const table = `result_${(this.lastSpool += 1)}`
    // A row of no columns is still a row: Postgres has them.
    const columns = (types.length === 0 ? ['BOOLEAN'] : types).map((type, index) => `c${index} ${type}`)
    await this.connection.run(`CREATE TABLE ${table} (${columns.join(', ')})`)
    return Spool.open(table, types.length, () => connectIn(this.instance, timeZone))
  }

  /** For reading over whole results; the caller closes it. */
  connect(): Promise<DuckDBConnection> {
    return connectIn(this.instance, 'UTC')
  }

  async close(): Promise<void> {
    this.connection.closeSync()
    this.instance.closeSync()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Instants are written as text in that zone. */
async function connectIn(instance: DuckDBInstance, timeZone: string): Promise<DuckDBConnection> {
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = ${literal(timeZone)}`)
  return connection
}

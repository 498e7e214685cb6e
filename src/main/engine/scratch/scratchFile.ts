import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import { SCRATCH, SCRATCH_MARK } from '../../contract/scratch.ts'
import { literal } from '../store/sql.ts'

/** Beside the replica's file, and of its name. */
export function scratchPathOf(replicaPath: string): string {
  return `${replicaPath.replace(/\.duckdb$/, '')}.scratch.duckdb`
}

export async function removeScratchFile(replicaPath: string): Promise<void> {
  const path = scratchPathOf(replicaPath)
  await rm(path, { force: true })
  await rm(`${path}.wal`, { force: true })
}

/** The source's own schema of that name goes first: scratch is then not attached. */
async function hasSchemaOfItsName(connection: DuckDBConnection): Promise<boolean> {
  const reader = await connection.runAndReadAll(
    `SELECT count(*) FROM duckdb_schemas() WHERE database_name = current_database() AND schema_name = '${SCRATCH}'`,
  )
  return reader.getRows()[0]![0] !== 0n
}

/** Attaches the file that lies beside the replica, to be read. `unreadable`: it is there, and the replica works without it. */
export async function attachScratchToRead(
  connection: DuckDBConnection,
  replicaPath: string,
): Promise<'attached' | 'none' | 'unreadable'> {
  const path = scratchPathOf(replicaPath)
  if (!existsSync(path) || (await hasSchemaOfItsName(connection))) return 'none'
  try {
    await connection.run(`ATTACH ${literal(path)} AS ${SCRATCH} (READ_ONLY)`)
    return 'attached'
  } catch {
    return 'unreadable'
  }
}

/**
 * The DuckDB file of a user's own tables and views, attached to the replica's instance. A transaction writes
 * to one attached file only (https://duckdb.org/docs/stable/sql/statements/attach), so whoever writes here
 * cannot write to the replica; and a table that is copied again, or a new replica, leaves this file alone.
 */
export class ScratchFile {
  readonly path: string
  private readonly connect: () => Promise<DuckDBConnection>
  private attaching: Promise<void> | null = null

  constructor(options: { replicaPath: string; connectReplica(): Promise<DuckDBConnection> }) {
    this.path = scratchPathOf(options.replicaPath)
    this.connect = options.connectReplica
  }

  /** Attaches the file where there is one, so that what is in it can be queried. */
  async open(): Promise<void> {
    if (existsSync(this.path)) await this.ensure()
  }

  /** Attaches the file, and makes it where there is none yet. Throws SCRATCH_UNAVAILABLE. */
  async ensure(): Promise<void> {
    this.attaching ??= this.attach().catch((error: unknown) => {
      this.attaching = null
      throw error
    })
    await this.attaching
  }

  /** Leaves one file without a log beside it. */
  async close(): Promise<void> {
    if (!this.attaching) return
    const connection = await this.connect()
    try {
      await connection.run(`CHECKPOINT ${SCRATCH}`)
      await connection.run(`DETACH ${SCRATCH}`)
    } catch {
      // Its log is read at the next opening.
    } finally {
      connection.closeSync()
    }
  }

  private async attach(): Promise<void> {
    const connection = await this.connect()
    try {
      if (await hasSchemaOfItsName(connection)) {
        throw new MillraceError({
          code: 'SCRATCH_UNAVAILABLE',
          message: 'The source has a schema called scratch, so tables of your own have no name to lie under.',
          advice: 'Rename that schema on the source, or leave it out of the replica.',
        })
      }
      await connection.run(`ATTACH IF NOT EXISTS ${literal(this.path)} AS ${SCRATCH}`)
      await connection.run(`CREATE SCHEMA IF NOT EXISTS ${SCRATCH}.millrace`)
      await connection.run(`CREATE TABLE IF NOT EXISTS ${SCRATCH_MARK} (nothing BOOLEAN)`)
    } catch (error) {
      if (error instanceof MillraceError) throw error
      throw new MillraceError(
        {
          code: 'SCRATCH_UNAVAILABLE',
          message: 'The file of your own tables could not be opened.',
          advice: `Look whether ${this.path} is damaged, or open elsewhere; the replica works without it.`,
        },
        { cause: error },
      )
    } finally {
      connection.closeSync()
    }
  }
}

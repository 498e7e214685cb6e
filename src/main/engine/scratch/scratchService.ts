import { basename } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ScratchTable } from '../../contract/scratch.ts'
import { SCRATCH } from '../../contract/scratch.ts'
import type { ReplicaReader } from '../query/replicaStatement.ts'
import { ScratchWriter } from '../query/scratchWrite.ts'
import { faultOfReplicaStatement } from '../query/statementFaults.ts'
import { identifier, literal } from '../store/sql.ts'
import type { ScratchFile } from './scratchFile.ts'
import { importFault, readerSql } from './scratchImport.ts'
import { Uploads } from './uploads.ts'

/** A user's own tables: files that become tables, and what is done with them by hand. */
export class ScratchService {
  readonly file: ScratchFile
  private readonly uploads: Uploads
  private readonly connect: () => Promise<DuckDBConnection>
  private readonly closing = new AbortController()
  private readonly running = new Set<Promise<unknown>>()

  constructor(options: { file: ScratchFile; connectReplica(): Promise<DuckDBConnection>; temporaryFolder: string }) {
    this.file = options.file
    this.connect = options.connectReplica
    this.uploads = new Uploads(options.temporaryFolder)
  }

  /** Throws SCRATCH_IMPORT_FAILED and SCRATCH_NAME_TAKEN; an abort throws QUERY_CANCELLED and leaves nothing. */
  importPath(path: string, table: string, signal?: AbortSignal): Promise<ScratchTable> {
    return this.importFile(path, basename(path), table, signal)
  }

  beginUpload(id: string, fileName: string): Promise<void> {
    readerSql(fileName)
    return this.uploads.begin(id, fileName)
  }

  uploadPiece(id: string, offset: number, bytes: Buffer): Promise<number> {
    return this.uploads.piece(id, offset, bytes)
  }

  finishUpload(id: string, table: string, signal?: AbortSignal): Promise<ScratchTable> {
    return this.uploads.finish(id, (path) => this.importFile(path, 'The file', table, signal))
  }

  abortUpload(id: string): Promise<boolean> {
    return this.uploads.abort(id)
  }

  async rename(name: string, to: string): Promise<void> {
    await this.alter(name, (kind) => `ALTER ${kind} ${SCRATCH}.${identifier(name)} RENAME TO ${identifier(to)}`)
  }

  async drop(name: string): Promise<void> {
    await this.alter(name, (kind) => `DROP ${kind} ${SCRATCH}.${identifier(name)}`)
  }

  /** Ends what runs; then the file. */
  async close(): Promise<void> {
    this.closing.abort()
    await Promise.allSettled([...this.running])
    await this.uploads.close()
    await this.file.close()
  }

  private async importFile(path: string, fileName: string, table: string, signal?: AbortSignal): Promise<ScratchTable> {
    const reader = readerSql(path)
    try {
      const rows = await this.write(
        ({ connection }) => countOf(connection, `CREATE TABLE ${SCRATCH}.${identifier(table)} AS SELECT * FROM ${reader}`),
        signal,
      )
      return { name: table, rows }
    } catch (error) {
      throw importFault(error, fileName)
    }
  }

  private async alter(name: string, sql: (kind: 'TABLE' | 'VIEW') => string): Promise<void> {
    try {
      await this.write(async ({ connection }) => {
        const view = await countOf(
          connection,
          `SELECT count(*) FROM duckdb_views() WHERE database_name = '${SCRATCH}' AND view_name = ${literal(name)}`,
        )
        await connection.run(sql(view > 0 ? 'VIEW' : 'TABLE'))
      })
    } catch (error) {
      throw faultOfReplicaStatement(error, '')
    }
  }

  private async write<Answer>(
    work: (reader: ReplicaReader) => Promise<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const either = signal ? AbortSignal.any([signal, this.closing.signal]) : this.closing.signal
    const running = ScratchWriter.run({ connect: this.connect, ensure: () => this.file.ensure(), signal: either }, work)
    this.running.add(running)
    try {
      return await running
    } finally {
      this.running.delete(running)
    }
  }
}

async function countOf(connection: DuckDBConnection, sql: string): Promise<number> {
  return Number((await connection.runAndReadAll(sql)).getRows()[0]?.[0] ?? 0)
}

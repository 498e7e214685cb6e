import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { SourceAddress } from '../src/main/contract/source.ts'
import type { Sample } from './measure.ts'
import { postgresEnvironment, timeNode, timeProgram } from './processes.ts'

export interface ReferenceOptions {
  folder: string
  benchFolder: string
}

/** What receives and discards beside Millrace: Postgres's own programs where they are, else our raw reader. */
export interface Reference {
  copyTool: string
  streamTool: string
  /** Runs `COPY … TO STDOUT` to /dev/null. */
  copy(address: SourceAddress, sql: string): Promise<Sample>
  /** Streams from the slot to /dev/null until it has reached `endLsn`. */
  stream(address: SourceAddress, slot: string, publication: string, endLsn: string): Promise<Sample>
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

export function chooseReference(options: ReferenceOptions): Reference {
  const reader = 'bench/rawReader (psql and pg_recvlogical are not on the PATH)'
  const copyTool = isOnPath('psql') ? 'psql' : reader
  const streamTool = isOnPath('pg_recvlogical') ? 'pg_recvlogical' : reader
  const rawReader = join(options.benchFolder, 'rawReader.js')
  return {
    copyTool,
    streamTool,
    async copy(address, sql) {
      const env = postgresEnvironment(address)
      if (copyTool !== 'psql') return timeNode([rawReader, 'copy', sql], env, options)
      return timeProgram('psql', ['-X', '-q', '-c', sql], env)
    },
    async stream(address, slot, publication, endLsn) {
      const env = postgresEnvironment(address)
      if (streamTool !== 'pg_recvlogical') {
        return timeNode([rawReader, 'stream', slot, publication, endLsn], env, options)
      }
      const plugin = ['-o', 'proto_version=1', '-o', `publication_names=${publication}`]
      const args = ['--slot', slot, '--start', '--no-loop', '--endpos', endLsn, '--file', '/dev/null', ...plugin]
      return timeProgram('pg_recvlogical', ['--dbname', address.database, ...args], env)
    },
  }
}

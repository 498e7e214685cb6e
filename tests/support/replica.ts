import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Host } from '../../src/main/engine/ports.ts'
import { openSession, type ReplicaSession, type SessionOptions } from '../../src/main/engine/session.ts'
import { silentLogger } from './logger.ts'
import type { TestDatabase } from './postgres.ts'

/** The engine's ports over plain Node, with everything under `folder`. */
export function testHost(folder: string): Host {
  const temporaryFolder = join(folder, 'temporary')
  mkdirSync(temporaryFolder, { recursive: true })
  return {
    kind: 'browser',
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    logger: silentLogger,
    secrets: {
      lasting: false,
      note: null,
      get: async () => null,
      set: async () => {},
      delete: async () => {},
    },
    paths: { dataFolder: folder, temporaryFolder },
    version: 'test',
  }
}

export function newFilePath(folder: string): string {
  return join(folder, `${randomBytes(4).toString('hex')}.duckdb`)
}

export async function openReplica(
  folder: string,
  source: Pick<TestDatabase, 'address'>,
  options: Partial<SessionOptions> = {},
): Promise<ReplicaSession> {
  return openSession(testHost(folder), { filePath: newFilePath(folder), address: source.address, ...options })
}

/** Rows as text, sorted: equal on both sides where the tables are equal. */
export async function replicaRows(session: ReplicaSession, sql: string): Promise<string[]> {
  const connection: DuckDBConnection = await session.connectReplica()
  try {
    const reader = await connection.runAndReadAll(sql)
    return reader
      .getRows()
      .map((row) => row.map((value) => (value === null ? '∅' : String(value))).join('|'))
      .sort()
  } finally {
    connection.closeSync()
  }
}

export async function sourceRows(source: Pick<TestDatabase, 'query'>, sql: string): Promise<string[]> {
  const { rows } = await source.query<Record<string, unknown>>(sql)
  return rows
    .map((row) =>
      Object.values(row)
        .map((value) => (value === null ? '∅' : String(value)))
        .join('|'),
    )
    .sort()
}

import { availableParallelism } from 'node:os'
import type { DuckDBConnection } from '@duckdb/node-api'

export const DUCKDB_THREADS = Math.max(2, availableParallelism())

/**
 * DuckDB's own limit: its statements hold so much for each thread, and beyond the most, more threads gain nothing
 * here. Leaves room beside it for what is received and staged while a checkpoint holds up the apply.
 */
export const MEMORY_LIMIT_BYTES = Math.min(352, 96 + 80 * DUCKDB_THREADS) << 20

/** A few rows of this length are more than the limit holds. */
const LONG_ROW_BYTES = 16 << 20
/** A row is in the reader's buffers, in a vector with others, and in the table. */
const ROOM_FOR_A_ROW = 8
/** What a longer row needs is better not taken from a laptop: its table is parked. */
const MOST_BYTES = 640 << 20

/** What the limit holds of tables that one transaction changes; each needs room for a piece of every column. */
const FEW_TABLES = 100
const ROOM_FOR_A_TABLE_BYTES = 1 << 20

/** To be called before rows so long are read: DuckDB may hold more from then on, until the file is closed. */
export async function makeRoomForRows(connection: DuckDBConnection, longestRowBytes: number): Promise<void> {
  if (longestRowBytes < LONG_ROW_BYTES) return
  await raiseLimit(connection, Math.min(MOST_BYTES, MEMORY_LIMIT_BYTES + ROOM_FOR_A_ROW * longestRowBytes))
}

/** As `makeRoomForRows`, before one transaction changes so many tables. */
export async function makeRoomForTables(connection: DuckDBConnection, tables: number): Promise<void> {
  if (tables > FEW_TABLES) await raiseLimit(connection, MEMORY_LIMIT_BYTES + ROOM_FOR_A_TABLE_BYTES * tables)
}

async function raiseLimit(connection: DuckDBConnection, neededBytes: number): Promise<void> {
  const reader = await connection.runAndReadAll(`SELECT current_setting('memory_limit')`)
  if (bytesOf(String(reader.getRows()[0]![0])) < neededBytes) await connection.run(`SET GLOBAL memory_limit = '${neededBytes}B'`)
}

/** DuckDB tells its limit as `244.1 MiB`. */
function bytesOf(text: string): number {
  const [number, unit] = text.split(' ')
  return Number(number) * 1024 ** ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit!)
}

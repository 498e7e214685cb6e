import { statSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { identifier, literal } from './sql.ts'

/** What DuckDB keeps in front of its blocks: https://duckdb.org/docs/stable/internals/storage */
const FILE_HEADER_BYTES = 3 * 4096

/**
 * Throws where the current database's file at `path` lacks blocks that it uses. DuckDB itself notices that
 * only when it comes to read them, which may be much later.
 */
export async function refuseShortFile(connection: DuckDBConnection, path: string): Promise<void> {
  const size = await connection.runAndReadAll(
    'SELECT block_size, total_blocks FROM pragma_database_size() WHERE database_name = current_database()',
  )
  const [blockBytes, blocks] = size.getRows()[0] as [bigint, bigint]
  const holds = (count: bigint): boolean => BigInt(statSync(path).size) >= BigInt(FILE_HEADER_BYTES) + count * blockBytes
  if (blocks === 0n || holds(blocks)) return
  // Free blocks at the end need not be there: DuckDB numbers them before it writes them.
  if (holds((await highestUsedBlock(connection)) + 1n)) return
  throw new Error('the file is shorter than its header says')
}

/**
 * Reads the description of every column of every table, so that it is asked for only where there is a doubt.
 * DuckDB's pragma cannot be given a name with a quote in it: such tables are left out.
 */
async function highestUsedBlock(connection: DuckDBConnection): Promise<bigint> {
  const tables = await connection.runAndReadAll(
    `SELECT schema_name, table_name FROM duckdb_tables()
     WHERE database_name = current_database() AND NOT contains(concat(schema_name, table_name), '"')`,
  )
  const sources = tables.getRows().map(([schema, table]) => {
    const name = `${identifier(String(schema))}.${identifier(String(table))}`
    return `SELECT greatest(block_id, list_max(additional_block_ids)) FROM pragma_storage_info(${literal(name)})`
  })
  let highest = -1n
  for (const source of ['SELECT block_id FROM pragma_metadata_info()', ...sources]) {
    const reader = await connection.runAndReadAll(`SELECT coalesce(max(block), -1)::BIGINT FROM (${source}) AS used(block)`)
    const block = reader.getRows()[0]?.[0] as bigint
    if (block > highest) highest = block
  }
  return highest
}

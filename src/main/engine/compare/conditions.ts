import { isIP } from 'node:net'
import { version as duckdbVersion } from '@duckdb/node-api'
import type { SourceAddress } from '../../contract/source.ts'
import type { ReplicaSide } from './replicaSide.ts'
import type { SourceSide } from './sourceSide.ts'
import { pathOf } from './tablePath.ts'

/** What both engines ran with, in short lines: without it a time says little. */
export async function conditionsOf(source: SourceSide, replica: ReplicaSide, maskedColumns: readonly string[]): Promise<string[]> {
  return [
    await sourceLine(source),
    await replicaLine(replica),
    placeLine(source.address),
    ...(await tableLines(source, replica.tableNames())),
    ...(await likenessLines(source)),
    ...maskLines(maskedColumns),
    'Server time is the time to the first row, planning included; transfer is from the first row to the last, ' +
      'while a streaming plan is still at work.',
    'Rows arrive as text from the source and as native vectors from the replica; neither is drawn.',
    'The first run stands apart: the caches held what they held.',
  ]
}

/** Another machine is other hardware: times stand side by side, without a ratio. */
export function isSameMachine({ host }: Pick<SourceAddress, 'host'>): boolean {
  if (host === 'localhost' || host.startsWith('/')) return true
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1'
}

function placeLine(address: SourceAddress): string {
  return isSameMachine(address)
    ? 'Both engines run on this machine.'
    : `The source runs on ${address.host}, which is other hardware and a network away: no ratio is given.`
}

async function sourceLine(source: SourceSide): Promise<string> {
  const [row = []] = await source.ask(
    `SELECT current_setting('server_version'), current_setting('shared_buffers'), current_setting('work_mem'),
       current_setting('max_parallel_workers_per_gather')`,
  )
  const [version, sharedBuffers, workMemory, workers] = row
  const memory = `shared_buffers ${sharedBuffers}, work_mem ${workMemory}`
  return `Source: PostgreSQL ${version}, ${memory}, up to ${workers} parallel workers a query.`
}

async function replicaLine(replica: ReplicaSide): Promise<string> {
  const [row = []] = await replica.ask(`SELECT current_setting('threads'), current_setting('memory_limit')`)
  const limits = `${row[0]} threads, memory limit ${row[1]}`
  return `Replica: DuckDB ${duckdbVersion()}, ${limits}, no indexes; it also follows the source meanwhile.`
}

function maskLines(columns: readonly string[]): string[] {
  if (columns.length === 0) return []
  return [`Masked in the replica, which holds no value of the source there: ${columns.join(', ')}.`]
}

const MOST_TABLES = 6

async function tableLines(source: SourceSide, names: readonly string[]): Promise<string[]> {
  const lines: string[] = []
  for (const path of new Set(names.map((name) => JSON.stringify(pathOf(name).slice(-2))))) {
    if (lines.length === MOST_TABLES) break
    const [table, schema = null] = (JSON.parse(path) as string[]).toReversed()
    const [row] = await source.ask(
      `SELECT c.oid::regclass::text, to_char(greatest(s.last_analyze, s.last_autoanalyze), 'YYYY-MM-DD HH24:MI'),
         (SELECT count(*) FROM pg_index AS i WHERE i.indrelid = c.oid)::text
       FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
       LEFT JOIN pg_stat_all_tables AS s ON s.relid = c.oid
       WHERE c.relname = $1 AND c.relkind IN ('r', 'p', 'm')
         AND CASE WHEN $2::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = $2 END`,
      [table, schema],
    )
    if (!row) continue
    const [name, analyzed, indexes] = row
    const indexText = indexes === '1' ? '1 index' : `${indexes} indexes`
    lines.push(
      `On the source ${name} has ${indexText} and was ${analyzed ? `last analyzed ${analyzed} UTC` : 'never analyzed'}.`,
    )
  }
  return lines
}

async function likenessLines(source: SourceSide): Promise<string[]> {
  const [[collation] = []] = await source.ask(`SELECT datcollate FROM pg_database WHERE datname = current_database()`)
  const ordersByBytes = collation === 'C' || collation === 'POSIX' || collation === 'C.UTF-8' || collation === 'C.utf8'
  return [
    "Set in the replica's session as in Postgres: division of integers, the place of NULLs in an order, time zone UTC.",
    ...(ordersByBytes ? [] : [`Not set alike: the source orders text by ${collation}, the replica by bytes.`]),
    "Not set alike: a division by zero fails on the source and is NULL here; now() is each engine's own.",
  ]
}

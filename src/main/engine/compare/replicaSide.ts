import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
} from '@duckdb/node-api'
import type { DuckDBResult, DuckDBValue } from '@duckdb/node-api'
import type { TimedRun } from '../../contract/compare.ts'
import { parseLsn } from '../model/lsn.ts'
import type { Lsn } from '../model/lsn.ts'
import type { Clock } from '../ports.ts'
import { readMaskedColumns } from '../store/maskRecords.ts'
import { releaseChunks } from '../query/chunkMemory.ts'
import { prepareReading } from '../query/replicaStatement.ts'
import type { ReplicaReader } from '../query/replicaStatement.ts'
import type { Statement } from '../query/statement.ts'
import { replicaColumn } from '../query/valueKinds.ts'
import type { CanonicalValue } from './canonicalValue.ts'
import { pathOf } from './tablePath.ts'

/**
 * What Postgres does and DuckDB does not by itself:
 * https://duckdb.org/docs/stable/sql/dialect/postgresql_compatibility
 */
const LIKE_POSTGRES = ['SET integer_division = true', `SET default_null_order = 'nulls_last_on_asc_first_on_desc'`]
const CHUNKS_PER_RELEASE = 64

/** The statement on the replica, in a session that is set as Postgres is. */
export class ReplicaSide {
  private readonly reader: ReplicaReader
  private readonly statement: Statement
  private readonly clock: Clock

  static async open(reader: ReplicaReader, statement: Statement, clock: Clock): Promise<ReplicaSide> {
    for (const setting of LIKE_POSTGRES) await reader.connection.run(setting)
    return new ReplicaSide(reader, statement, clock)
  }

  private constructor(reader: ReplicaReader, statement: Statement, clock: Clock) {
    this.reader = reader
    this.statement = statement
    this.clock = clock
  }

  /** Has DuckDB plan the statement. Throws its fault; QUERY_WRITES where it does not only read. */
  async check(): Promise<void> {
    const prepared = await prepareReading(this.reader.connection, this.statement)
    prepared.destroySync()
  }

  /**
   * One timed run, planning included as on the source. DuckDB works in this process and hands its rows
   * out in native vectors: the time to the first of them stands for the server's work, the rest for the
   * transfer, during which a streaming plan is still at work.
   */
  async time(run: number): Promise<TimedRun> {
    await this.reader.renew()
    let rows = 0
    const startMs = this.clock.monotonicMs()
    const result = await this.stream()
    let chunk = await this.reader.nextChunk(result, this.statement)
    const serverMs = this.clock.monotonicMs() - startMs
    let transferMs = 0
    for (let chunks = 1; chunk; chunks += 1) {
      rows += chunk.rowCount
      if (chunks % CHUNKS_PER_RELEASE === 0) releaseChunks()
      const fetchMs = this.clock.monotonicMs()
      chunk = await this.reader.nextChunk(result, this.statement)
      transferMs += this.clock.monotonicMs() - fetchMs
    }
    return { engine: 'replica', run, serverMs, transferMs, totalMs: serverMs + transferMs, rows }
  }

  /** From here on this connection sees the replica as it is now; answers with its checkpoint. */
  async freeze(): Promise<Lsn | null> {
    await this.reader.renew()
    const checkpoint = await this.reader.connection.runAndReadAll('SELECT lsn FROM millrace.checkpoint')
    const text = checkpoint.getRows()[0]?.[0]
    return typeof text === 'string' ? parseLsn(text) : null
  }

  /** Names and types of what the statement answers with, without running it. */
  async columns(): Promise<{ name: string; type: string }[]> {
    const prepared = await prepareReading(this.reader.connection, this.statement)
    const columns = Array.from({ length: prepared.columnCount }, (_, index) =>
      replicaColumn(prepared.columnName(index), prepared.columnType(index)),
    )
    prepared.destroySync()
    return columns
  }

  /** Reads the rows of the moment in hand, each value as text, lists as lists. */
  async read(onRow: (row: CanonicalValue[]) => void): Promise<void> {
    const result = await this.stream()
    for (let chunks = 1; ; chunks += 1) {
      const chunk = await this.reader.nextChunk(result, this.statement)
      if (!chunk) return
      for (const row of chunk.getRows()) onRow(row.map(textOf))
      if (chunks % CHUNKS_PER_RELEASE === 0) releaseChunks()
    }
  }

  /** The plan with what was really done, from a run of its own. */
  async explain(): Promise<string> {
    await this.reader.renew()
    const reader = await this.reader.connection.runAndReadAll(`EXPLAIN (ANALYZE, FORMAT JSON) ${this.statement.body}`)
    return String(reader.getRows()[0]?.[1] ?? '')
  }

  /** One of our own short questions. */
  async ask(sql: string): Promise<DuckDBValue[][]> {
    return (await this.reader.connection.runAndReadAll(sql)).getRows()
  }

  /** The tables that the statement names, as it names them. */
  tableNames(): readonly string[] {
    return this.reader.connection.getTableNames(this.statement.body, true)
  }

  /** Of those tables, the masked columns: `schema.table.column`. */
  async maskedColumns(): Promise<string[]> {
    const named = this.tableNames().map((name) => pathOf(name).slice(-2).map((part) => part.toLowerCase()))
    const masked = await readMaskedColumns(this.reader.connection)
    return masked
      .filter(({ schema, table }) =>
        named.some((path) => path.at(-1) === table.toLowerCase() && (path.length === 1 || path[0] === schema.toLowerCase())),
      )
      .map(({ schema, table, column }) => `${schema}.${table}.${column}`)
  }

  private async stream(): Promise<DuckDBResult> {
    const prepared = await prepareReading(this.reader.connection, this.statement)
    return this.reader.stream(prepared, this.statement.sql)
  }
}

/** A value as text that does not depend on this machine's time zone; bytes as hex. */
function textOf(value: DuckDBValue): CanonicalValue {
  if (value === null) return null
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(textOf)
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex')
  if (value instanceof DuckDBTimestampTZValue) return new DuckDBTimestampValue(value.micros).toString()
  if (value instanceof DuckDBDateValue || value instanceof DuckDBTimestampValue) return value.toString()
  if (value instanceof DuckDBIntervalValue) return intervalText(value)
  return String(value)
}

function intervalText({ months, days, micros }: DuckDBIntervalValue): string {
  const absolute = micros < 0n ? -micros : micros
  const seconds = absolute / 1_000_000n
  const two = (part: bigint) => String(part).padStart(2, '0')
  const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`
  const fraction = String(absolute % 1_000_000n).padStart(6, '0')
  return `${months} mons ${days} days ${micros < 0n ? '-' : ''}${clock}.${fraction}`
}

import type { DuckDBConnection } from '@duckdb/node-api'
import type { ChartData, ChartSettings } from '../../contract/chart.ts'
import type { ColumnSummary, StatisticsEvent } from '../../contract/statistics.ts'
import type { TableName } from '../../contract/values.ts'
import { readChartData } from './chartData.ts'
import { readColumnStatistics, readColumnSummary } from './columnStatistics.ts'
import type { QueryService } from './queryService.ts'
import { relationOfTable } from './relation.ts'
import type { Relation } from './relation.ts'
import { ReplicaReader } from './replicaStatement.ts'
import { faultOfReplicaStatement } from './statementFaults.ts'

/** What is computed over whole tables and results in DuckDB: statistics, and what charts draw. */
export class RelationService {
  private readonly connectReplica: () => Promise<DuckDBConnection>
  private readonly queries: Pick<QueryService, 'relation'>
  private readonly closing = new AbortController()
  private readonly running = new Set<Promise<unknown>>()

  constructor(options: { connectReplica(): Promise<DuckDBConnection>; queries: Pick<QueryService, 'relation'> }) {
    this.connectReplica = options.connectReplica
    this.queries = options.queries
  }

  /** Of a table of the replica. Throws TABLE_MISSING. */
  async *statisticsOfTable(table: TableName, signal?: AbortSignal): AsyncGenerator<StatisticsEvent> {
    yield* this.statisticsOf(await relationOfTable(table, this.connectReplica), signal)
  }

  /** Of one column of a table of the replica; null where it has none of that name. Throws TABLE_MISSING; an abort throws QUERY_CANCELLED. */
  async summaryOfColumn(table: TableName, name: string, signal?: AbortSignal): Promise<ColumnSummary | null> {
    const relation = await relationOfTable(table, this.connectReplica)
    const column = relation.columns.find((known) => known.name.toLowerCase() === name.toLowerCase())
    if (!column) return null
    try {
      return await this.run(relation, signal, (connection) => readColumnSummary(connection, relation, column))
    } catch (error) {
      throw faultOfReplicaStatement(error, '')
    }
  }

  /** Of the rows that a result has by now. Throws QUERY_UNKNOWN. */
  async *statisticsOfResult(queryId: string, signal?: AbortSignal): AsyncGenerator<StatisticsEvent> {
    yield* this.statisticsOf(await this.queries.relation(queryId), signal)
  }

  /** Throws QUERY_UNKNOWN and CHART_COLUMN_MISSING. */
  async chartOfResult(queryId: string, settings: ChartSettings, signal?: AbortSignal): Promise<ChartData> {
    const relation = await this.queries.relation(queryId)
    try {
      return await this.run(relation, signal, (connection) => readChartData(connection, relation, settings))
    } catch (error) {
      throw faultOfReplicaStatement(error, '')
    }
  }

  /** Ends what runs; resolves once no connection is open any more. */
  async close(): Promise<void> {
    this.closing.abort()
    await Promise.allSettled([...this.running])
  }

  /** A column that fails says so, and the next one follows; an abort throws QUERY_CANCELLED. */
  private async *statisticsOf(relation: Relation, signal?: AbortSignal): AsyncGenerator<StatisticsEvent> {
    const columns = relation.columns.map(({ name, type, kind }) => ({ name, type, kind }))
    yield { kind: 'begun', columns, note: relation.note }
    for (const [index, column] of relation.columns.entries()) {
      try {
        const statistics = await this.run(relation, signal, (connection) =>
          readColumnStatistics(connection, relation, column),
        )
        yield { kind: 'column', index, statistics }
      } catch (error) {
        const fault = faultOfReplicaStatement(error, '')
        if (fault.code === 'QUERY_CANCELLED') throw fault
        yield { kind: 'failed', index, fault: fault.toFault() }
      }
    }
  }

  private async run<Answer>(
    relation: Relation,
    signal: AbortSignal | undefined,
    work: (connection: DuckDBConnection) => Promise<Answer>,
  ): Promise<Answer> {
    const either = signal ? AbortSignal.any([signal, this.closing.signal]) : this.closing.signal
    const running = ReplicaReader.run(relation.connect, either, ({ connection }) => work(connection))
    this.running.add(running)
    try {
      return await running
    } finally {
      this.running.delete(running)
    }
  }
}

import type { DuckDBConnection } from '@duckdb/node-api'
import type { SessionSettings, ShownPlan } from '../../contract/query.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { Clock } from '../ports.ts'
import { withPlaceMoved } from './errorPlaces.ts'
import { ReplicaReader, prepareReading } from './replicaStatement.ts'
import { readingSource, readRows } from './sourceStatement.ts'
import { readStatement, refuseOnSource } from './statement.ts'
import type { Statement } from './statement.ts'
import { faultOfReplicaStatement, faultOfSourceStatement } from './statementFaults.ts'

export interface ExplainOptions {
  /** Runs the statement, which can only read, and measures it. */
  analyze: boolean
  session: SessionSettings
  signal: AbortSignal
  clock: Clock
}

/** What is explained: the statement itself, or the one behind an EXPLAIN that the person wrote. */
function explained({ sql, body, explainedFrom }: Statement): { text: string; offset: number } {
  const offset = explainedFrom ?? sql.indexOf(body)
  return { text: sql.slice(offset, sql.indexOf(body) + body.length), offset }
}

/** https://www.postgresql.org/docs/current/sql-explain.html; throws as a run of the statement does. */
export async function explainOnSource(
  statement: Statement,
  options: ExplainOptions & { address: SourceAddress; statementTimeoutMs: number },
): Promise<ShownPlan> {
  refuseOnSource(statement)
  const { analyze, address, statementTimeoutMs, session, signal, clock } = options
  const { text, offset } = explained(statement)
  const before = `EXPLAIN (${analyze ? 'ANALYZE, BUFFERS, SETTINGS, ' : ''}FORMAT JSON) `
  // A word that only reads stands before it; what it explains is looked at too.
  refuseOnSource(readStatement(text))
  return readingSource(address, { purpose: 'explain', statementTimeoutMs, signal, session }, async ({ client }) => {
    let plan = ''
    const startMs = clock.monotonicMs()
    try {
      await readRows(client, before + text, (row) => (plan = row[0] ?? ''), statement.values)
    } catch (error) {
      throw faultOfSourceStatement(error, statement.sql, {
        sqlOffset: before.length - offset,
        isCancelled: signal.aborted,
      })
    }
    return { plan, analyzed: analyze, elapsedMs: clock.monotonicMs() - startMs }
  })
}

/** https://duckdb.org/docs/stable/guides/meta/explain_analyze; throws as a run of the statement does. */
export async function explainOnReplica(
  statement: Statement,
  options: ExplainOptions & { connect(): Promise<DuckDBConnection> },
): Promise<ShownPlan> {
  const { analyze, connect, session, signal, clock } = options
  return ReplicaReader.run(connect, signal, async (reader) => {
    await reader.setSession(session)
    const { text, offset } = explained(statement)
    const before = `EXPLAIN (${analyze ? 'ANALYZE, ' : ''}FORMAT JSON) `
    const { values, valueNames } = statement
    const wrapped = { ...readStatement(before + text), values, valueNames }
    try {
      const prepared = await prepareReading(reader.connection, wrapped)
      const startMs = clock.monotonicMs()
      const rows = (await prepared.runAndReadAll()).getRows()
      return { plan: String(rows[0]?.[1] ?? ''), analyzed: analyze, elapsedMs: clock.monotonicMs() - startMs }
    } catch (error) {
      const fault = faultOfReplicaStatement(error, wrapped.sql)
      throw withPlaceMoved(fault, (place) => Math.max(0, place - before.length) + offset)
    }
  })
}

import { setImmediate as nextTurn } from 'node:timers/promises'
import { StatementType } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'
import { SCRATCH, SCRATCH_MARK } from '../../contract/scratch.ts'
import { commit } from '../store/interruption.ts'
import type { OpenResult } from './openResult.ts'
import type { ReplicaRunOptions } from './replicaRun.ts'
import { ReplicaReader } from './replicaStatement.ts'
import { bindValues } from './replicaValues.ts'
import { refusal } from './statement.ts'
import type { Statement } from './statement.ts'
import { faultOfReplicaStatement } from './statementFaults.ts'
import { sqlTokens } from './sqlTokens.ts'
import { replicaColumn } from './valueKinds.ts'

export interface ScratchAccess {
  connect(): Promise<DuckDBConnection>
  /** Attaches the scratch file, and makes it where there is none. Throws SCRATCH_UNAVAILABLE. */
  ensure(): Promise<void>
  signal: AbortSignal
}

/** A transaction that can write to scratch and to nothing else. */
export const ScratchWriter = {
  /**
   * Runs `work` on a connection of its own and commits. The transaction has written to the scratch file
   * before `work` begins, after which DuckDB refuses every write to another file. An abort interrupts DuckDB,
   * and comes as QUERY_CANCELLED; nothing of the work is kept then.
   */
  async run<Answer>(access: ScratchAccess, work: (reader: ReplicaReader) => Promise<Answer>): Promise<Answer> {
    await access.ensure()
    return ReplicaReader.run(
      access.connect,
      access.signal,
      async (reader) => {
        const { connection } = reader
        await connection.run(`DELETE FROM ${SCRATCH_MARK} WHERE false`)
        const answer = await work(reader)
        await commit(connection)
        return answer
      },
      'BEGIN TRANSACTION',
    )
  },
}

const WRITING_WORDS: ReadonlySet<string> = new Set([
  'create', 'drop', 'alter', 'insert', 'update', 'delete', 'truncate', 'merge',
])

/** After the queries of a WITH: what it is that they are for. */
const WRITES_AFTER_WITH: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge'])

/** True for what, by its words, is to change something: it runs where only scratch can be changed. */
export function isWrite({ firstWord, mainWord }: Statement): boolean {
  return WRITING_WORDS.has(firstWord) || (firstWord === 'with' && WRITES_AFTER_WITH.has(mainWord))
}

const WRITES: ReadonlySet<StatementType> = new Set([
  StatementType.CREATE, StatementType.DROP, StatementType.ALTER, StatementType.INSERT, StatementType.UPDATE,
  StatementType.DELETE, StatementType.MERGE_INTO,
])

const DEFINING: ReadonlySet<string> = new Set(['create', 'drop', 'alter'])
const DEFINED: ReadonlySet<string> = new Set(['table', 'view', 'macro', 'function'])

/** Secrets, extensions, temporary tables and the like are not kept in scratch, or not there at all. */
function refuseOtherThings(statement: Statement): void {
  const words = [...sqlTokens(statement.body)].filter(({ kind }) => kind === 'word').map(({ text }) => text)
  if (!DEFINING.has(words[0]!)) return
  const thing = words[1] === 'or' && words[2] === 'replace' ? words[3] : words[1]
  if (thing !== undefined && DEFINED.has(thing)) return
  throw refusal(
    statement,
    'Tables, views and macros can be made in scratch, and nothing else.',
    `Write CREATE TABLE ${SCRATCH}.name AS SELECT …, or CREATE VIEW ${SCRATCH}.name AS SELECT ….`,
  )
}

/** Runs one writing statement; what it gives (a count, or rows of RETURNING) becomes the result. */
export async function runScratchWrite(
  statement: Statement,
  result: OpenResult,
  access: ReplicaRunOptions & Pick<ScratchAccess, 'ensure'>,
): Promise<void> {
  refuseOtherThings(statement)
  result.isTable = false
  const { clock } = access
  const startMs = clock.monotonicMs()
  try {
    const { columns, chunks } = await ScratchWriter.run(access, async (reader) => {
      await reader.setSession(access.session)
      const { connection } = reader
      const prepared = await prepareWriting(connection, statement)
      const given = await prepared.run()
      const types = given.columnTypes()
      const names = given.columnNames()
      return {
        columns: types.map((type, at) => ({ column: replicaColumn(names[at]!, type), stored: String(type) })),
        chunks: await given.fetchAllChunks(),
      }
    })
    result.timings.firstRowMs = clock.monotonicMs() - startMs
    const spool = await result.begin(
      columns.map(({ column }) => column),
      columns.map(({ stored }) => stored),
    )
    for (const chunk of chunks) {
      if (chunk.rowCount > 0) spool.appendChunk(chunk)
      await nextTurn()
    }
    result.publish()
    result.timings.lastRowMs = result.timings.firstRowMs
    result.timings.transferMs = 0
  } catch (error) {
    throw faultOfReplicaStatement(error, statement.sql)
  }
}

async function prepareWriting(connection: DuckDBConnection, statement: Statement): Promise<DuckDBPreparedStatement> {
  const extracted = await connection.extractStatements(statement.sql)
  // A PIVOT within becomes two: a temporary type of its values, and the statement over it.
  for (let index = 0; index < extracted.count - 1; index += 1) {
    await (await extracted.prepare(index)).run()
  }
  const prepared = await extracted.prepare(extracted.count - 1)
  if (!WRITES.has(prepared.statementType)) {
    throw refusal(statement, 'That statement cannot be run here.', 'Run a statement that reads, or that writes to scratch.')
  }
  await bindValues(connection, prepared, statement)
  return prepared
}

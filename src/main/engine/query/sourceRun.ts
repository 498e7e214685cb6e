import type pg from 'pg'
import type { SessionSettings } from '../../contract/query.ts'
import { isWhole } from '../../contract/resultView.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { Cell, ResultColumn } from '../../contract/values.ts'
import type { Clock } from '../ports.ts'
import { planColumn } from '../typemap/index.ts'
import type { OpenResult } from './openResult.ts'
import { asWritten, viewedStatement } from './resultView.ts'
import type { AskedStatement } from './resultView.ts'
import type { SourceTypeNames } from './sourceTypeNames.ts'
import { readRows, readingSource, socketOf } from './sourceStatement.ts'
import type { SourceFields } from './sourceStatement.ts'
import type { Spool } from './spool.ts'
import { isTableOnSource, notATable, refuseOnSource } from './statement.ts'
import type { Statement } from './statement.ts'
import { faultOfSourceStatement } from './statementFaults.ts'
import { sourceColumn } from './valueKinds.ts'

/** Results of the source end here, so that nobody drags a production table over the network by mistake. */
export const SOURCE_ROW_LIMIT = 100_000
const ROWS_PER_FLUSH = 1_000
/** Fewer are shown after this, so that a statement that stalls shows what it has. */
const SHOW_AFTER_MS = 50

export interface SourceRunOptions {
  address: SourceAddress
  session: SessionSettings
  /** Aborted where it is to stop. */
  signal: AbortSignal
  statementTimeoutMs: number
  typeNames: SourceTypeNames
  /** Rows beyond it are not read; the result says so. */
  rowLimit: number
  clock: Clock
}

/** Runs one reading statement on the source and reads its rows, up to the limit, into `result`. */
export async function runOnSource(
  { written, view }: AskedStatement,
  result: OpenResult,
  options: SourceRunOptions,
): Promise<void> {
  const { address, session, signal, statementTimeoutMs, typeNames, rowLimit, clock } = options
  refuseOnSource(written)
  result.isTable = isTableOnSource(written)
  if (!result.isTable && !isWhole(view)) throw notATable()
  const { timings } = result
  const connect = { purpose: 'query', statementTimeoutMs, signal, session }
  await readingSource(address, connect, async ({ client, cancel }) => {
    await typeNames.load(client)
    const columnsOf = (fields: readonly SourceFields[]): ResultColumn[] =>
      fields.map((field) => sourceColumn(field.name, typeNames.nameOf(field.dataTypeID), field.dataTypeModifier))
    let columns: ResultColumn[] | null = null
    let statement = written
    if (!isWhole(view)) {
      const fields = await describe(client, written, signal)
      columns = columnsOf(fields)
      statement = viewedStatement(written, columns, view, 'source')
    }
    const startMs = clock.monotonicMs()
    let rows: Cell[][] = []
    let received = 0
    let spool: Spool | null = null
    let failure: unknown = null
    const begin = async (fields: readonly SourceFields[]): Promise<void> => {
      spool = await result.begin(
        columns ?? columnsOf(fields),
        fields.map(() => 'VARCHAR'),
        fields.map((field, at) => typedText(`c${at}`, field, typeNames.nameOf(field.dataTypeID))),
      )
    }
    let begun: Promise<void> | null = null
    let showing: NodeJS.Timeout | null = null
    const store = (): void => {
      if (showing) clearTimeout(showing)
      showing = null
      if (!spool || rows.length === 0 || failure !== null) return
      // Called by the socket's events and by a timer, where nobody would catch it.
      try {
        spool.appendText(rows)
        rows = []
        result.publish()
      } catch (error) {
        failure = error
        cancel()
      }
    }
    const onRow = (row: Cell[], fields: SourceFields[]): void => {
      timings.firstRowMs ??= clock.monotonicMs() - startMs
      if (received >= rowLimit) {
        if (result.cutAtRows === null) {
          result.cutAtRows = rowLimit
          cancel()
        }
        return
      }
      received += 1
      rows.push(row)
      if (received === 1) {
        // The spool is made while the server waits; rows that are already here go on into `rows`.
        socketOf(client).pause()
        begun = begin(fields)
        begun
          .then(store)
          .catch((error: unknown) => {
            failure = error
            cancel()
          })
          .finally(() => socketOf(client).resume())
      } else if (rows.length >= ROWS_PER_FLUSH) {
        store()
      } else {
        showing ??= setTimeout(store, SHOW_AFTER_MS)
      }
    }
    try {
      const fields = await readRows(client, statement.sql, onRow, statement.values)
      // All rows may have come in one piece, before their spool was made.
      await (begun ?? begin(fields))
    } catch (error) {
      if (failure !== null) throw failure
      if (result.cutAtRows === null || signal.aborted) {
        store()
        throw asWritten(
          faultOfSourceStatement(error, statement.sql, { isCancelled: signal.aborted }),
          written,
          statement,
        )
      }
    }
    store()
    if (failure !== null) throw failure
    timings.lastRowMs = clock.monotonicMs() - startMs
    timings.firstRowMs ??= timings.lastRowMs
    timings.transferMs = timings.lastRowMs - timings.firstRowMs
    result.publish()
  })
}

/** As the replica would hold it. The server tells of a domain the type beneath it, of an enum or a row its own. */
function typedText(stored: string, field: SourceFields, typeName: string): string {
  const { stageType, convert } = planColumn({
    attnum: 0,
    name: field.name,
    typeOid: field.dataTypeID,
    typeName,
    typmod: field.dataTypeModifier,
    typeKind: 'b',
    elementTypeOid: null,
    elementTypeKind: null,
    baseTypeOid: field.dataTypeID,
    baseTypmod: field.dataTypeModifier,
    baseTypeKind: 'b',
    nullable: true,
    generated: '',
  })
  return convert(stageType === 'VARCHAR' ? stored : `CAST(${stored} AS ${stageType})`)
}

/** The columns of a statement, without a row of it being computed. */
async function describe(client: pg.Client, statement: Statement, signal: AbortSignal): Promise<SourceFields[]> {
  const before = 'SELECT * FROM ('
  const shift = before.length - statement.sql.indexOf(statement.body)
  try {
    return await readRows(client, `${before}${statement.body}\n) AS result LIMIT 0`, () => {}, statement.values)
  } catch (error) {
    throw faultOfSourceStatement(error, statement.sql, { sqlOffset: shift, isCancelled: signal.aborted })
  }
}

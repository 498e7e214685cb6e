import type pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { TableName } from '../../contract/values.ts'
import type { MaskRequest } from '../masking/maskRequests.ts'
import { askSource } from '../source/askSource.ts'
import { followsOf, matchTables, readSourceTables } from '../source/catalog.ts'
import { isConflict } from '../store/faults.ts'
import { readSource, writeTableState } from '../store/records.ts'
import type { ReplicaFile } from '../store/replicaFile.ts'
import type { Attempt } from './attempt.ts'
import type { FileMasks } from './fileMasks.ts'
import type { FollowedTable } from './followedTables.ts'
import { forgetTables, patternsOf, recordTables, unpublishTables } from './selectTables.ts'

export interface TableCommandsOptions {
  file: ReplicaFile
  address: SourceAddress
  masks: FileMasks
  /** Those that the file follows, as they are now. */
  tables(): Map<number, FollowedTable>
  /** What is under way, where something is. */
  current(): Attempt | null
  /** Ends the questions to the source. */
  signal: AbortSignal
  onNotice(severity: 'info', text: string): void
}

/** Of one question to the source's catalog: a network that swallows everything answers none. */
const QUERY_TIMEOUT_MS = 60_000

/** What a person asks for with single tables, whether or not a stream runs. Recorded in the file before the stream acts on it. */
export class TableCommands {
  private readonly options: TableCommandsOptions

  constructor(options: TableCommandsOptions) {
    this.options = options
  }

  /** Throws TABLE_MISSING. */
  require(schema: string, name: string): FollowedTable {
    const table = [...this.options.tables().values()].find(({ plan }) => plan.schema === schema && plan.name === name)
    if (table) return table
    throw new MillraceError({
      code: 'TABLE_MISSING',
      message: 'This table is not one of those that the file follows.',
      advice: 'Choose one of the tables listed in Live.',
    })
  }

  /** One that can be copied again. Throws TABLE_MISSING. */
  requireOnSource(schema: string, name: string): FollowedTable {
    const table = this.require(schema, name)
    if (!table.isGone) return table
    throw new MillraceError({
      code: 'TABLE_MISSING',
      message: `${schema}.${name} was dropped on the source: there is nothing to copy.`,
      advice: 'Remove it, or leave its copy as it is.',
    })
  }

  /** See `Replication.copyAgain`. */
  async copyAgain({ plan }: FollowedTable, reason: string): Promise<void> {
    const { file, onNotice } = this.options
    onNotice('info', `${plan.schema}.${plan.name} is copied again: ${reason}.`)
    await this.betweenTransactions(async () => {
      await recordUncopied(file, plan.oid)
      this.markUncopied(plan.oid)
    })
    this.wake(plan.oid)
  }

  /** See `Replication.addTables`. */
  async add(names: readonly TableName[]): Promise<void> {
    const { file, tables, onNotice } = this.options
    const known = [...tables().values()]
    const isKnown = ({ schema, name }: TableName): boolean => known.some(({ plan }) => plan.schema === schema && plan.name === name)
    const relations = await this.askSource(async (client) =>
      matchTables(await readSourceTables(client), patternsOf(names)).filter((relation) => followsOf(relation) !== 'nothing'),
    )
    const missing = names.find(({ schema, name }) => !relations.some((other) => other.schema === schema && other.name === name))
    if (missing) {
      throw new MillraceError({
        code: 'TABLE_MISSING',
        message: `${missing.schema}.${missing.name} is not on the source, or cannot be followed.`,
        advice: 'Look at its findings in Connect or with `millrace doctor`.',
      })
    }
    const added = await recordTables(file, this.options.masks, relations.filter((relation) => !isKnown(relation)))
    for (const table of added) {
      tables().set(table.plan.oid, table)
      onNotice('info', `${table.plan.schema}.${table.plan.name} is added.`)
      this.wake(table.plan.oid)
    }
  }

  /** See `Replication.maskColumns`. */
  async mask(requests: readonly MaskRequest[]): Promise<void> {
    const { masks, tables, current } = this.options
    for (const { schema, table } of requests) this.requireOnSource(schema, table)
    const oids = [...tables().keys()]
    const relations = await this.askSource((client) => readSourceTables(client, { oids }))
    for (const oid of await masks.request(requests, relations)) {
      // The first copy may be under way, by the masks of before.
      current()?.breakOffCopy(oid)
      const table = tables().get(oid)
      if (table) await this.copyAgain(table, 'its columns are masked otherwise now')
    }
  }

  /** See `Replication.removeTable`. */
  async remove(schema: string, name: string): Promise<void> {
    const { file, tables, current, onNotice } = this.options
    const { oid } = this.require(schema, name).plan
    const source = await readSource(file.bookkeeping)
    if (source) await this.askSource((client) => unpublishTables(client, source, [oid]))
    await this.betweenTransactions(async () => {
      tables().delete(oid)
      current()?.leaveOut(oid)
      await forgetTables(file, [oid])
    })
    onNotice('info', `${schema}.${name} is not followed any more.`)
  }

  /** A table is to be copied, as the file says by now. */
  markUncopied(oid: number): void {
    const table = this.options.tables().get(oid)
    if (!table) return
    table.state = 'init'
    table.reason = null
  }

  private wake(oid: number): void {
    this.options.current()?.joiner?.wake(oid)
  }

  private askSource<Answer>(question: (client: pg.Client) => Promise<Answer>): Promise<Answer> {
    const { address, signal } = this.options
    return askSource(address, { purpose: 'catalog', queryTimeoutMs: QUERY_TIMEOUT_MS, signal }, question)
  }

  /** In a turn of the stream, where there is one: no transaction is taken by a table in halves. */
  private async betweenTransactions(work: () => Promise<void>): Promise<void> {
    const run = this.options.current()?.run
    try {
      if (run) return await run.betweenTransactions(work)
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'STOPPED') throw error
    }
    await work()
  }
}

/** A copy that is just being put in the table's place writes the same: after it, it can be written. */
async function recordUncopied(file: ReplicaFile, oid: number): Promise<void> {
  const write = (): Promise<void> => file.record((connection) => writeTableState(connection, oid, 'init', null))
  await write().catch((error: unknown) => (isConflict(error) ? write() : Promise.reject(error)))
}

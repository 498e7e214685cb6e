import type pg from 'pg'
import type { SourceAddress } from '../../contract/source.ts'
import type { Host } from '../ports.ts'
import { askSource } from '../source/askSource.ts'
import { faultOfSourceError, isTransientSourceError } from '../source/faults.ts'
import { alterPublications, readPublicationTables, type PublishedTable } from '../source/publication.ts'
import type { SourceRecord } from '../store/records.ts'
import type { ReplicaFile } from '../store/replicaFile.ts'
import type { FollowedTable } from './followedTables.ts'
import { decidePublicationChange } from './schemaChanges.ts'
import { recordOutcome, schemaOutcome, type MadeDecision, type SchemaOutcome } from './schemaOutcome.ts'
import { isStillSo, lookAt, SchemaWatch, type LookedAt } from './schemaWatch.ts'
import type { StreamRun } from './streamRun.ts'

export interface SourceInspectionOptions {
  run: Pick<StreamRun, 'visibleLsn' | 'betweenBatches'>
  host: Pick<Host, 'clock' | 'logger'>
  file: Pick<ReplicaFile, 'record'>
  address: SourceAddress
  source: SourceRecord
  tables: Map<number, FollowedTable>
  signal: AbortSignal
  onOutcomes(outcomes: readonly SchemaOutcome[]): void
  onNotice(severity: 'warning', text: string): void
}

/** A catalog that could not be read so many times in a row, though the source is there, is told. */
const FAILURES_TOLD = 3
const ALTER_TIMEOUT_MS = 15_000

/** Looks, while one stream runs, for what the stream does not tell. */
export class SourceInspection {
  private readonly options: SourceInspectionOptions
  private readonly watch: SchemaWatch
  private inspecting: Promise<void> = Promise.resolve()
  private failures = 0

  constructor(options: SourceInspectionOptions) {
    const { run, host, address, source, tables, signal, onOutcomes } = options
    this.options = options
    this.watch = new SchemaWatch({
      tables,
      publicationNames: () => source.publicationNames,
      visibleLsn: () => run.visibleLsn,
      betweenBatches: (work) => run.betweenBatches(work),
      leaveUpdates: async (shapes) => {
        const add = shapes.map(({ relation }) => relation)
        const asking = { purpose: 'catalog', signal, answerTimeoutMs: ALTER_TIMEOUT_MS }
        await askSource(address, asking, (client) => alterPublications(client, { name: source.publicationName, add }))
      },
      nowMs: () => host.clock.monotonicMs(),
      wallClockMs: () => host.clock.nowMs(),
      onOutcomes,
    })
  }

  /** A change that the source's catalog shows is not yet taken over. */
  get hasPending(): boolean {
    return this.watch.hasPending
  }

  /**
   * Looks for changes of tables to which nobody writes, and whether the publication still lets everything through: a
   * table that somebody takes out of it just falls silent. `mustLook`: also where that was just done. Nothing is found,
   * and nothing thrown, once the stream is to end.
   */
  inspect(client: pg.ClientBase, mustLook: boolean): Promise<void> {
    const done = this.inspecting.then(async () => {
      try {
        await this.inspectInTurn(client, mustLook)
        this.failures = 0
      } catch (error) {
        if (this.options.signal.aborted) return
        this.noteFailure(error)
        throw error
      }
    })
    this.inspecting = done.catch(() => {})
    return done
  }

  private async inspectInTurn(client: pg.ClientBase, mustLook: boolean): Promise<void> {
    const { watch } = this
    const { tables, source, file, signal, onOutcomes, run, host } = this.options
    const looked = lookAt(tables.values())
    const published = new Map(
      (await readPublicationTables(client, source.publicationNames)).map((entry) => [entry.oid, entry]),
    )
    // A dropped table has left its publication too: the catalog is asked before that is called somebody's doing.
    await watch.look(client, looked, [...published.values()], mustLook || this.leftOut(looked, published).length > 0)
    for (const { table, decision } of this.leftOut(looked, published)) {
      if (signal.aborted) return
      if (table.state !== 'ready' || watch.pendingOf(table.plan.oid)) continue
      const outcome = schemaOutcome(table, decision, run.visibleLsn, host.clock.nowMs())
      await file.record((connection) => recordOutcome(connection, outcome))
      onOutcomes([outcome])
    }
    void this.settle()
  }

  private noteFailure(error: unknown): void {
    if (isTransientSourceError(error) || ++this.failures !== FAILURES_TOLD) return
    const { message } = faultOfSourceError(error)
    this.options.onNotice('warning', `${message} Until the catalog can be read again, some changes of tables are not noticed.`)
  }

  /** Followed tables of which the publication no longer lets everything through, but for those of which that is known. */
  private leftOut(
    looked: readonly LookedAt[],
    published: ReadonlyMap<number, PublishedTable>,
  ): { table: FollowedTable; decision: MadeDecision }[] {
    return looked.filter(isStillSo).flatMap(({ table, plan, state }) => {
      const pending = this.watch.pendingOf(plan.oid)
      const isKnown = pending !== undefined && (pending.shape === null || decidePublicationChange(plan, plan, pending.published) !== null)
      if (state !== 'ready' || isKnown) return []
      const decision = decidePublicationChange(plan, plan, published.get(plan.oid))
      return decision ? [{ table, decision }] : []
    })
  }

  /** Takes over what the replica has come to. Never rejects. */
  async settle(): Promise<void> {
    try {
      await this.watch.settle()
    } catch (error) {
      const kind = (error as Error).message.split(':', 1)[0]
      this.options.host.logger.warn('a change of a table could not be taken over', { kind })
    }
  }
}

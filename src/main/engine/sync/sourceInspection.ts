import type pg from 'pg'
import type { SourceAddress } from '../../contract/source.ts'
import type { Host } from '../ports.ts'
import { askCatalog } from '../source/askCatalog.ts'
import { alterPublications, readPublicationTables, type PublishedTable } from '../source/publication.ts'
import type { SourceRecord } from '../store/records.ts'
import type { ReplicaFile } from '../store/replicaFile.ts'
import type { FollowedTable } from './followedTables.ts'
import { decidePublicationChange } from './schemaChanges.ts'
import { recordOutcome, schemaOutcome, type MadeDecision, type SchemaOutcome } from './schemaOutcome.ts'
import { SchemaWatch } from './schemaWatch.ts'
import type { StreamRun } from './streamRun.ts'

export interface SourceInspectionOptions {
  run: StreamRun
  host: Host
  file: ReplicaFile
  address: SourceAddress
  source: SourceRecord
  tables: Map<number, FollowedTable>
  signal: AbortSignal
  onOutcomes(outcomes: readonly SchemaOutcome[]): void
}

/** Looks, while one stream runs, for what the stream does not tell. */
export class SourceInspection {
  private readonly options: SourceInspectionOptions
  private readonly watch: SchemaWatch

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
        await askCatalog(address, signal, (client) => alterPublications(client, { name: source.publicationName, add }))
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
   * table that somebody takes out of it just falls silent. `mustLook`: also where that was just done.
   */
  async inspect(client: pg.Client, mustLook: boolean): Promise<void> {
    const { watch } = this
    const { source, file, signal, onOutcomes, run, host } = this.options
    const published = new Map(
      (await readPublicationTables(client, source.publicationNames)).map((entry) => [entry.oid, entry]),
    )
    // A dropped table has left its publication too: the catalog is asked before that is called somebody's doing.
    await watch.look(client, [...published.values()], mustLook || this.leftOut(published).length > 0)
    for (const { table, decision } of this.leftOut(published)) {
      if (signal.aborted) return
      const outcome = schemaOutcome(table, decision, run.visibleLsn, host.clock.nowMs())
      await file.record((connection) => recordOutcome(connection, outcome))
      onOutcomes([outcome])
    }
  }

  /** Followed tables of which the publication no longer lets everything through, but for those whose change is in hand. */
  private leftOut(published: ReadonlyMap<number, PublishedTable>): { table: FollowedTable; decision: MadeDecision }[] {
    return [...this.options.tables.values()].flatMap((table) => {
      if (table.state !== 'ready' || this.watch.isPending(table.plan.oid)) return []
      const decision = decidePublicationChange(table.plan, table.plan, published.get(table.plan.oid))
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

import type pg from 'pg'
import type { SourceAddress } from '../../contract/source.ts'
import type { ParkedTable } from '../apply/applyBatch.ts'
import type { Host } from '../ports.ts'
import { askCatalog } from '../source/askCatalog.ts'
import { alterPublications, readPublicationTables } from '../source/publication.ts'
import { writeDeadLetter, writeTableState, type SourceRecord } from '../store/records.ts'
import type { ReplicaFile } from '../store/replicaFile.ts'
import { differenceFromPublication, type FollowedTable } from './followedTables.ts'
import type { SchemaOutcome } from './schemaOutcome.ts'
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
  onParked(parked: readonly ParkedTable[]): void
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
    const { tables, source, file, signal, onParked } = this.options
    const published = await readPublicationTables(client, source.publicationNames)
    await watch.look(client, published, mustLook)
    for (const table of tables.values()) {
      const { plan } = table
      if (signal.aborted || table.state !== 'ready' || watch.isPending(plan.oid)) continue
      const reason = differenceFromPublication(plan, published.find((entry) => entry.oid === plan.oid))
      if (!reason) continue
      const { oid, schema, name } = plan
      await file.record(async (connection) => {
        await writeTableState(connection, oid, 'errored', reason)
        await writeDeadLetter(connection, { oid, schema, name, lsn: null, code: 'PUBLICATION_CHANGED', reason, changes: null })
      })
      onParked([{ oid, schema, name, code: 'PUBLICATION_CHANGED', reason, lsn: null }])
    }
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

import type { DuckDBConnection } from '@duckdb/node-api'
import type pg from 'pg'
import type { Lsn } from '../model/lsn.ts'
import type { SourceShape } from '../model/shape.ts'
import { readFlushedLsn } from '../source/position.ts'
import type { PublishedTable } from '../source/publication.ts'
import { readFilledPartitions, readFingerprints, readNamesakes, readShapesNow } from '../source/shapes.ts'
import type { TablePlan } from '../typemap/tablePlan.ts'
import { applyCatalogChanges, type CatalogChange } from './catalogChanges.ts'
import type { FollowedTable } from './followedTables.ts'
import { attachedPartitions } from './schemaChanges.ts'
import type { SchemaOutcome } from './schemaOutcome.ts'

export interface SchemaWatchOptions {
  tables: Map<number, FollowedTable>
  publicationNames(): readonly string[]
  /** Everything committed before it is in the replica, once its turn has come. */
  visibleLsn(): Lsn
  betweenBatches<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result>
  /** A table has no replica identity any more: while its updates are published, the source refuses them. */
  leaveUpdates(shapes: readonly SourceShape[]): Promise<void>
  /** Monotonic. */
  nowMs(): number
  wallClockMs(): number
  onOutcomes(outcomes: readonly SchemaOutcome[]): void
}

interface Pending extends CatalogChange {
  /** The plan that it was compared with: another one by now means that the stream has told already. */
  plan: TablePlan
  fingerprint: string
  /** The source's position after the catalog was read. */
  lsn: Lsn
}

/** What a look at the catalog may take of the time. */
const LOOK_SHARE = 50
const GONE = 'gone'

function isLookedAt({ state }: FollowedTable): boolean {
  return state === 'ready' || state === 'errored'
}

/**
 * Finds what changes in the source's catalog without a word in the stream: a change of a table to which nobody writes
 * afterwards, a rewrite, a partition, a label, a table that is gone. A change is applied when the replica has come to
 * where the catalog was read, and only if the stream has not told it by then.
 */
export class SchemaWatch {
  private readonly options: SchemaWatchOptions
  /** By table: the catalog's fingerprint of the shape that is taken over. */
  private readonly known = new Map<number, string>()
  private readonly pending = new Map<number, Pending>()
  private looking: Promise<unknown> = Promise.resolve()
  private settling: Promise<void> | null = null
  private nextLookAtMs = 0

  constructor(options: SchemaWatchOptions) {
    this.options = options
  }

  isPending(oid: number): boolean {
    return this.pending.has(oid)
  }

  get hasPending(): boolean {
    return this.pending.size > 0
  }

  /** Compares the catalog with what is taken over, unless that was just done and took long; `mustLook`: in any case. */
  look(client: pg.ClientBase, published: readonly PublishedTable[], mustLook: boolean): Promise<void> {
    const done = this.looking.then(() => this.lookInTurn(client, published, mustLook))
    this.looking = done.catch(() => {})
    return done
  }

  private async lookInTurn(client: pg.ClientBase, published: readonly PublishedTable[], mustLook: boolean): Promise<void> {
    const { tables, nowMs } = this.options
    const startMs = nowMs()
    if (!mustLook && startMs < this.nextLookAtMs) return
    const publicationNames = this.options.publicationNames()
    const looked = [...tables.values()].filter(isLookedAt)
    const fingerprints = await readFingerprints(client, looked.map(({ plan }) => plan.oid), publicationNames)
    const suspects = looked.filter(({ plan, state }) => {
      const fingerprint = fingerprints.get(plan.oid) ?? GONE
      // A table that is gone may come again under its name.
      if (state === 'errored') return fingerprint === GONE && !this.pending.has(plan.oid)
      return fingerprint !== this.known.get(plan.oid) && fingerprint !== this.pending.get(plan.oid)?.fingerprint
    })
    if (suspects.length > 0) {
      for (const [oid, change] of await this.readChanges(client, suspects, published)) {
        this.pending.set(oid, { ...change, fingerprint: fingerprints.get(oid) ?? GONE })
      }
    }
    this.nextLookAtMs = nowMs() + LOOK_SHARE * (nowMs() - startMs)
  }

  private async readChanges(
    client: pg.ClientBase,
    suspects: readonly FollowedTable[],
    published: readonly PublishedTable[],
  ): Promise<Map<number, Omit<Pending, 'fingerprint'>>> {
    const oids = suspects.map(({ plan }) => plan.oid)
    let shapes = await readShapesNow(client, oids, this.options.publicationNames())
    const updated = new Set(published.filter((entry) => entry.publishesUpdates).map(({ oid }) => oid))
    const lost = [...shapes.values()].filter(({ relation }) => relation.identityKey.length === 0 && updated.has(relation.oid))
    if (lost.length > 0) {
      await this.options.leaveUpdates(lost)
      shapes = await readShapesNow(client, oids, this.options.publicationNames())
    }
    const gone = suspects.filter(({ plan }) => !shapes.has(plan.oid)).map(({ plan }) => plan)
    const namesakes = gone.length > 0 ? await readNamesakes(client, gone) : new Map<number, number>()
    const strangers = [...namesakes.values()].filter((oid) => !this.options.tables.has(oid))
    const successors = await readShapesNow(client, strangers, this.options.publicationNames())
    const attached = suspects.flatMap(({ plan, marks }) => {
      const shape = shapes.get(plan.oid)
      return shape ? attachedPartitions(marks, shape).map(({ oid }) => oid) : []
    })
    const filledPartitions = await readFilledPartitions(client, attached)
    const lsn = await readFlushedLsn(client)
    return new Map(
      suspects.flatMap((table) => {
        const { plan } = table
        const shape = shapes.get(plan.oid) ?? null
        const successor = successors.get(namesakes.get(plan.oid) ?? 0) ?? null
        if (table.state === 'errored' && !successor) return []
        const entry = published.find(({ oid }) => oid === plan.oid)
        return [[plan.oid, { table, plan, shape, successor, filledPartitions, published: entry, lsn }] as const]
      }),
    )
  }

  /** Applies what the replica has come to; resolves when that is done. */
  settle(): Promise<void> {
    this.settling ??= this.settleDue().finally(() => {
      this.settling = null
    })
    return this.settling
  }

  private async settleDue(): Promise<void> {
    if (!this.someAreDue()) return
    await this.options.betweenBatches(async (connection) => {
      const visibleLsn = this.options.visibleLsn()
      const due = [...this.pending].filter(([, { lsn }]) => lsn <= visibleLsn)
      // One that is to be copied again by now is planned anew then.
      const current = due.filter(([oid, { table, plan }]) => this.options.tables.get(oid) === table && table.plan === plan && isLookedAt(table))
      const outcomes = await applyCatalogChanges(connection, this.options.tables, current.map(([, change]) => change), visibleLsn, this.options.wallClockMs())
      for (const [oid] of due) this.pending.delete(oid)
      for (const [oid, { fingerprint }] of current) this.known.set(oid, fingerprint)
      if (outcomes.length > 0) this.options.onOutcomes(outcomes)
    })
  }

  private someAreDue(): boolean {
    if (this.pending.size === 0) return false
    const visibleLsn = this.options.visibleLsn()
    return [...this.pending.values()].some(({ lsn }) => lsn <= visibleLsn)
  }
}

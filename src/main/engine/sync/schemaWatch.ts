import type { DuckDBConnection } from '@duckdb/node-api'
import type pg from 'pg'
import type { Lsn } from '../model/lsn.ts'
import type { SourceShape } from '../model/shape.ts'
import type { TableState } from '../model/tableState.ts'
import { readFlushedLsn } from '../source/position.ts'
import type { PublishedTable } from '../source/publication.ts'
import { readFilledPartitions, readFingerprints, readNamesakes, readShapesNow } from '../source/shapes.ts'
import type { TablePlan } from '../typemap/tablePlan.ts'
import { applyCatalogChanges, type CatalogChange } from './catalogChanges.ts'
import type { FollowedTable } from './followedTables.ts'
import { canTakeItsName } from './replicaPlaces.ts'
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

/** A look at the catalog may take one part in so many of the time. */
const LOOK_SHARE = 50
/** However long a look takes, whoever waits for a change waits no longer for the next one. */
const LONGEST_PAUSE_MS = 15_000
const GONE = 'gone'

/** How long the catalog is left alone after a look that took `lookMs`. */
export function pauseAfterLookMs(lookMs: number): number {
  return Math.min(LONGEST_PAUSE_MS, LOOK_SHARE * lookMs)
}

/** A table as it was before the source was asked. */
export interface LookedAt {
  table: FollowedTable
  plan: TablePlan
  state: TableState
}

export function lookAt(tables: Iterable<FollowedTable>): LookedAt[] {
  return [...tables].map((table) => ({ table, plan: table.plan, state: table.state })).filter(({ state }) => isLookedAt(state))
}

/** What the source has answered is of the table as it is now: it was not copied, parked or altered meanwhile. */
export function isStillSo({ table, plan, state }: LookedAt): boolean {
  return table.plan === plan && table.state === state
}

function isLookedAt(state: TableState): boolean {
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
  private settling: Promise<void> | null = null
  private nextLookAtMs = 0

  constructor(options: SchemaWatchOptions) {
    this.options = options
  }

  /** The table's change that is found and not yet taken over. */
  pendingOf(oid: number): Readonly<CatalogChange> | undefined {
    return this.pending.get(oid)
  }

  get hasPending(): boolean {
    return this.pending.size > 0
  }

  /**
   * Compares the catalog with what is taken over, unless that was just done and took long; `mustLook`: in any case. One
   * look at a time; `looked` is from before `published` was read.
   */
  async look(client: pg.ClientBase, looked: readonly LookedAt[], published: readonly PublishedTable[], mustLook: boolean): Promise<void> {
    const { nowMs } = this.options
    const startMs = nowMs()
    if (!mustLook && startMs < this.nextLookAtMs) return
    const publicationNames = this.options.publicationNames()
    const fingerprints = await readFingerprints(client, looked.map(({ plan }) => plan.oid), publicationNames)
    const suspects = looked.filter(({ plan, state }) => {
      const fingerprint = fingerprints.get(plan.oid) ?? GONE
      // A table that is gone may come again under its name.
      if (state === 'errored') return fingerprint === GONE && !this.pending.has(plan.oid)
      if (canTakeItsName(plan, this.options.tables.values())) return !this.pending.has(plan.oid)
      return fingerprint !== this.known.get(plan.oid) && fingerprint !== this.pending.get(plan.oid)?.fingerprint
    })
    if (suspects.length > 0) {
      for (const [oid, change] of await this.readChanges(client, suspects, published)) {
        this.pending.set(oid, { ...change, fingerprint: fingerprints.get(oid) ?? GONE })
      }
    }
    this.nextLookAtMs = nowMs() + pauseAfterLookMs(nowMs() - startMs)
  }

  private async readChanges(
    client: pg.ClientBase,
    suspects: readonly LookedAt[],
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
    const attached = suspects.flatMap(({ table, plan }) => {
      const shape = shapes.get(plan.oid)
      return shape ? attachedPartitions(table.marks, shape).map(({ oid }) => oid) : []
    })
    const filledPartitions = await readFilledPartitions(client, attached)
    const lsn = await readFlushedLsn(client)
    return new Map(
      suspects.filter(isStillSo).flatMap(({ table, plan, state }) => {
        const shape = shapes.get(plan.oid) ?? null
        const successor = successors.get(namesakes.get(plan.oid) ?? 0) ?? null
        if (state === 'errored' && !successor) return []
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
      const current = due.filter(([oid, { table, plan }]) => this.options.tables.get(oid) === table && table.plan === plan && isLookedAt(table.state))
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

import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { MillraceError } from '../contract/errors.ts'
import type { Comparison } from '../contract/compare.ts'
import type { LagPoint, LiveSnapshot } from '../contract/live.ts'
import type { SourceAddress } from '../contract/source.ts'
import type { TableName } from '../contract/values.ts'
import type { Workspace } from '../contract/workspace.ts'
import { CompareService, type CompareInput } from './compare/compareService.ts'
import { openDemo, type Demo } from './demo/demo.ts'
import { dropFromSource } from './fileStatus.ts'
import { emptySnapshot } from './metrics/emptySnapshot.ts'
import type { Host } from './ports.ts'
import { CatalogService } from './query/catalogService.ts'
import { QueryService } from './query/queryService.ts'
import { openSession, type ReplicaSession } from './session.ts'
import type { SettingsStore } from './settings/settingsStore.ts'

const DEMO_ID = 'demo'
const DEMO_NAME = 'Demo shop'

/** The open workspace: its session and the services that stand on it. */
export interface OpenWorkspace {
  workspace: Workspace
  session: ReplicaSession
  queries: QueryService
  catalog: CatalogService
  compare: CompareService
}

export interface StartWorkspace {
  name: string
  address: SourceAddress
  tables: readonly TableName[] | null
  isProduction: boolean
  filePath?: string
  keepPassword: boolean
}

/** Opens and closes workspaces, one at a time, and the demo that one of them may need. */
export class Workbench {
  private readonly host: Host
  private readonly settings: SettingsStore
  private open: OpenWorkspace | null = null
  private demo: Demo | null = null
  private activity: string | null = null
  /** Openings and closings happen one after another. */
  private turn: Promise<unknown> = Promise.resolve()
  private readonly listeners = new Set<() => void>()

  constructor(host: Host, settings: SettingsStore) {
    this.host = host
    this.settings = settings
  }

  get current(): OpenWorkspace | null {
    return this.open
  }

  /** The open workspace; throws WORKSPACE_NONE. */
  requireOpen(): OpenWorkspace {
    if (this.open) return this.open
    throw new MillraceError({
      code: 'WORKSPACE_NONE',
      message: 'No workspace is open.',
      advice: 'Connect to a source, or open the demo.',
    })
  }

  /** Called whenever `live` may have something new. Answers how to stop. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  live(): LiveSnapshot {
    const { demo } = this
    const snapshot = this.open?.session.live() ?? { ...emptySnapshot, activity: this.activity }
    return {
      ...snapshot,
      workspaceId: this.open?.workspace.id ?? null,
      demo:
        demo && (this.open === null || this.open.workspace.isDemo)
          ? { running: demo.running, transactionsPerSecond: demo.rate() }
          : null,
    }
  }

  history(): LagPoint[] {
    return this.open?.session.history() ?? []
  }

  start(input: StartWorkspace): Promise<Workspace> {
    return this.inTurn(async () => {
      const id = randomBytes(8).toString('hex')
      const workspace = this.describe({ ...input, id, isDemo: false })
      await this.openWorkspace(workspace, input.address, input.tables)
      if (input.keepPassword && input.address.password !== undefined) {
        await this.settings.writePassword(id, input.address.password)
      }
      return workspace
    })
  }

  /** A file and its source by name, as the command line gives them; known again by the file's path. */
  openFile(input: { filePath: string; address: SourceAddress }): Promise<Workspace> {
    return this.inTurn(async () => {
      const filePath = resolve(input.filePath)
      const id = createHash('sha256').update(filePath).digest('hex').slice(0, 16)
      const name = basename(filePath).replace(/\.duckdb$/, '')
      const workspace = this.describe({ id, name, address: input.address, isProduction: false, filePath, isDemo: false })
      await this.openWorkspace(workspace, input.address, null)
      return workspace
    })
  }

  reopen(input: { id: string; password?: string }): Promise<Workspace> {
    return this.inTurn(async () => {
      const workspace = await this.settings.readWorkspace(input.id)
      if (workspace.isDemo) return this.openDemoNow()
      const password = input.password ?? (await this.settings.readPassword(workspace.id)) ?? undefined
      const address: SourceAddress = { ...workspace.source, ...(password === undefined ? {} : { password }) }
      await this.openWorkspace(workspace, address, null)
      if (input.password !== undefined) await this.settings.writePassword(workspace.id, input.password)
      return workspace
    })
  }

  openDemo(): Promise<Workspace> {
    return this.inTurn(() => this.openDemoNow())
  }

  /** The workspace that was open last, else the demo. */
  openLast(): Promise<Workspace> {
    return this.inTurn(async () => {
      const [last] = await this.settings.listWorkspaces()
      if (!last || last.isDemo) return this.openDemoNow()
      const password = (await this.settings.readPassword(last.id)) ?? undefined
      await this.openWorkspace(last, { ...last.source, ...(password === undefined ? {} : { password }) }, null)
      return last
    })
  }

  closeWorkspace(): Promise<boolean> {
    return this.inTurn(() => this.closeNow())
  }

  /** Drops what the workspace's file made on its source, forgets it, and deletes the file if asked to. */
  remove(input: { id: string; deleteFile: boolean }): Promise<{ droppedSlot: boolean; droppedPublications: string[] }> {
    return this.inTurn(async () => {
      const workspace = await this.settings.readWorkspace(input.id)
      const { filePath } = workspace
      if (workspace.isDemo) await this.startDemo()
      const password = workspace.isDemo
        ? this.demo!.address.password
        : (this.open?.workspace.id === input.id ? this.open.session.address.password : undefined) ??
          (await this.settings.readPassword(input.id)) ??
          undefined
      if (this.open?.workspace.id === input.id) await this.closeNow()
      const source = workspace.isDemo ? this.demo!.address : workspace.source
      const dropped = await dropFromSource(this.host, { filePath, address: { ...source, password } })
      // The demo's file is of no use without its slot, and is made anew in seconds.
      if (input.deleteFile || workspace.isDemo) {
        await rm(filePath, { force: true })
        await rm(`${filePath}.wal`, { force: true })
      }
      await this.settings.removeWorkspace(input.id)
      return { droppedSlot: dropped.droppedSlot, droppedPublications: dropped.droppedPublications }
    })
  }

  /**
   * The comparison so far, after each step. On the demo the traffic rests meanwhile, so that both engines
   * hold the same rows; a real source goes on, and the comparison says where it moved.
   */
  async *compare(input: CompareInput, signal: AbortSignal): AsyncGenerator<Comparison, void, void> {
    const { workspace, compare } = this.requireOpen()
    const demo = workspace.isDemo ? this.demo : null
    const rate = demo?.rate() ?? 0
    demo?.setRate(0)
    try {
      for await (const comparison of compare.run(input, signal)) {
        const rested = rate > 0 ? ["The demo's traffic rests while the engines are compared."] : []
        yield { ...comparison, conditions: [...rested, ...comparison.conditions] }
      }
    } finally {
      if (demo?.rate() === 0) demo.setRate(rate)
    }
  }

  setDemoRate(transactionsPerSecond: number): number {
    if (!this.demo) {
      throw new MillraceError({
        code: 'WORKSPACE_NONE',
        message: 'The demo is not running.',
        advice: 'Open the demo first.',
      })
    }
    this.demo.setRate(transactionsPerSecond)
    return this.demo.rate()
  }

  async close(): Promise<void> {
    await this.inTurn(async () => {
      await this.closeNow()
      await this.demo?.close()
      this.demo = null
    })
  }

  private async openDemoNow(): Promise<Workspace> {
    if (this.open?.workspace.isDemo) return this.open.workspace
    await this.closeNow()
    const demo = await this.startDemo()
    const workspace = this.describe({
      id: DEMO_ID,
      name: DEMO_NAME,
      address: demo.address,
      isProduction: false,
      filePath: join(this.host.paths.dataFolder, 'demo.duckdb'),
      isDemo: true,
    })
    await this.openWorkspace(workspace, demo.address, null)
    return workspace
  }

  private async startDemo(): Promise<Demo> {
    if (this.demo?.running) return this.demo
    this.tell('Starting the demo: a Postgres of its own, with a shop and live traffic.')
    try {
      this.demo = await openDemo(this.host, {})
      return this.demo
    } finally {
      this.tell(null)
    }
  }

  private async openWorkspace(
    workspace: Workspace,
    address: SourceAddress,
    tables: readonly TableName[] | null,
  ): Promise<void> {
    await this.closeNow()
    await mkdir(dirname(workspace.filePath), { recursive: true })
    const session = await openSession(this.host, {
      filePath: workspace.filePath,
      address,
      ...(tables ? { tables } : {}),
    })
    const connectReplica = () => session.connectReplica()
    const queries = new QueryService({ host: this.host, connectReplica, sourceAddress: () => address })
    const compare = new CompareService({
      host: this.host,
      connectReplica,
      sourceAddress: () => address,
      waitForLsn: (lsn, options) => session.waitForLsn(lsn, options),
      visibleLsn: () => session.visibleLsn,
    })
    const catalog = new CatalogService({
      connectReplica,
      sourceAddress: () => address,
      followed: () => new Set(session.live().tables.map(({ schema, name }) => `${schema}.${name}`)),
    })
    session.onChange(() => this.notify())
    workspace.lastOpenedAt = new Date(this.host.clock.nowMs()).toISOString()
    this.open = { workspace, session, queries, catalog, compare }
    await this.settings.writeWorkspace(workspace)
    this.notify()
  }

  private async closeNow(): Promise<boolean> {
    const { open } = this
    if (!open) return false
    this.open = null
    await open.queries.close()
    await open.session.close()
    this.notify()
    return true
  }

  private describe(input: {
    id: string
    name: string
    address: SourceAddress
    isProduction: boolean
    filePath?: string
    isDemo: boolean
  }): Workspace {
    const { password: _password, ...source } = input.address
    const fileName = `${input.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${input.id.slice(0, 6)}.duckdb`
    return {
      id: input.id,
      name: input.name,
      filePath: input.filePath ?? join(this.host.paths.dataFolder, fileName),
      source,
      isDemo: input.isDemo,
      isProduction: input.isProduction,
      lastOpenedAt: null,
    }
  }

  private tell(activity: string | null): void {
    this.activity = activity
    this.notify()
  }

  private notify(): void {
    for (const listener of this.listeners) listener()
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work, work)
    this.turn = next.catch(() => {})
    return next
  }
}

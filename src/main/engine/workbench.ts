import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { MillraceError } from '../contract/errors.ts'
import type { Comparison } from '../contract/compare.ts'
import type { LagPoint, LiveEvent, LiveSnapshot } from '../contract/live.ts'
import type { MaskChoice } from '../contract/masks.ts'
import type { SourceAddress } from '../contract/source.ts'
import type { TableName } from '../contract/values.ts'
import type { Workspace } from '../contract/workspace.ts'
import type { CompareInput } from './compare/compareService.ts'
import { openDemo, type Demo } from './demo/demo.ts'
import { dropFromSource } from './fileStatus.ts'
import { emptySnapshot } from './metrics/emptySnapshot.ts'
import { closeServices, openServices, type OpenWorkspace } from './openWorkspace.ts'
import { requestsOf } from './maskChoices.ts'
import type { Host } from './ports.ts'
import { removeScratchFile } from './scratch/scratchFile.ts'
import { openSession } from './session.ts'
import type { SettingsStore } from './settings/settingsStore.ts'
import { withPassword } from './source/address.ts'
import { connectSource } from './source/connection.ts'

const DEMO_ID = 'demo'
const DEMO_NAME = 'Demo shop'

/** A source that does not answer is no reason to keep anybody from the replica. */
const PROBE_TIMEOUT_MS = 3_000
/** How long the end of Millrace waits for an opening that is under way, such as a demo being made. */
const CLOSE_WAITS_MS = 1_000
/** The file is gone, or it had not come so far: nothing is known of what was made on the source. */
const NOTHING_TO_DROP: ReadonlySet<string> = new Set(['FILE_MISSING', 'WORKSPACE_NONE'])

export interface StartWorkspace {
  name: string
  address: SourceAddress
  tables: readonly TableName[] | null
  masks?: readonly MaskChoice[]
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
  private isClosed = false
  private readonly notices: LiveEvent[] = []
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
      events: [...this.notices, ...snapshot.events],
      demo:
        demo && (this.open === null || this.open.workspace.isDemo)
          ? { running: demo.running, transactionsPerSecond: demo.rate() }
          : null,
    }
  }

  /** Something of the engine itself that a person should know; stands above the stream's events. */
  notice(text: string): void {
    const at = new Date(this.host.clock.nowMs()).toISOString()
    // The stream counts its events from 0.
    this.notices.unshift({ id: -1 - this.notices.length, at, severity: 'warning', text })
    this.notify()
  }

  history(): LagPoint[] {
    return this.open?.session.history() ?? []
  }

  start(input: StartWorkspace): Promise<Workspace> {
    return this.inTurn(async () => {
      const id = randomBytes(8).toString('hex')
      const workspace = this.describe({ ...input, id, isDemo: false })
      await this.openWorkspace(workspace, input.address, input.tables, input.masks)
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
      const workspace = this.describe({
        id,
        name,
        address: input.address,
        isProduction: false,
        filePath,
        isDemo: false,
      })
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
      await this.askForPassword(address)
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
        : ((this.open?.workspace.id === input.id ? this.open.session.address.password : undefined) ??
          (await this.settings.readPassword(input.id)) ??
          undefined)
      if (this.open?.workspace.id === input.id) await this.closeNow()
      const source = workspace.isDemo ? this.demo!.address : workspace.source
      const dropped = await this.drop(filePath, await withPassword({ ...source, password }))
      // The demo's file is of no use without its slot, and is made anew in seconds.
      if (input.deleteFile || workspace.isDemo) {
        await rm(filePath, { force: true })
        await rm(`${filePath}.wal`, { force: true })
        await removeScratchFile(filePath)
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

  /** For good. What is being opened at this moment is closed as far as it has come. */
  async close(): Promise<void> {
    this.isClosed = true
    const closing = Promise.all([this.closeNow(), this.closeDemo()])
    await Promise.race([this.turn, delay(CLOSE_WAITS_MS)])
    await closing
    await Promise.all([this.closeNow(), this.closeDemo()])
  }

  private async closeDemo(): Promise<void> {
    const { demo } = this
    this.demo = null
    await demo?.close()
  }

  /** Throws PASSWORD_NEEDED or AUTHENTICATION_FAILED before anything is opened; the stream retries the rest. */
  private async askForPassword(address: SourceAddress): Promise<void> {
    try {
      const options = { purpose: 'probe', readOnly: true, connectTimeoutMs: PROBE_TIMEOUT_MS }
      const client = await connectSource(await withPassword(address), options)
      await client.end().catch(() => {})
    } catch (error) {
      const code = error instanceof MillraceError ? error.code : null
      if (code === 'PASSWORD_NEEDED' || code === 'AUTHENTICATION_FAILED') throw error
    }
  }

  private async drop(
    filePath: string,
    address: SourceAddress,
  ): Promise<{ droppedSlot: boolean; droppedPublications: string[] }> {
    try {
      return await dropFromSource(this.host, { filePath, address })
    } catch (error) {
      if (!(error instanceof MillraceError) || !NOTHING_TO_DROP.has(error.code)) throw error
      return { droppedSlot: false, droppedPublications: [] }
    }
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
      if (this.isClosed) await this.closeDemo()
      this.throwIfClosed()
      return this.demo!
    } finally {
      this.tell(null)
    }
  }

  private async openWorkspace(
    workspace: Workspace,
    given: SourceAddress,
    tables: readonly TableName[] | null,
    masks: readonly MaskChoice[] = [],
  ): Promise<void> {
    await this.closeNow()
    const address = await withPassword(given)
    await mkdir(dirname(workspace.filePath), { recursive: true })
    this.throwIfClosed()
    const session = await openSession(this.host, {
      filePath: workspace.filePath,
      address,
      ...(tables ? { tables } : {}),
      masks: requestsOf(masks),
    })
    const history = this.settings.history(workspace.id)
    const open = await openServices({ host: this.host, workspace, session, address, history, onNotice: (text) => this.notice(text) })
    session.onChange(() => this.notify())
    workspace.lastOpenedAt = new Date(this.host.clock.nowMs()).toISOString()
    this.open = open
    if (this.isClosed) await this.closeNow()
    this.throwIfClosed()
    await this.settings.writeWorkspace(workspace)
    this.notify()
  }

  private async closeNow(): Promise<boolean> {
    const { open } = this
    if (!open) return false
    this.open = null
    await closeServices(open)
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

  private throwIfClosed(): void {
    if (!this.isClosed) return
    throw new MillraceError({ code: 'STOPPED', message: 'Millrace is closing.', advice: 'Start it again.' })
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const guarded = async (): Promise<T> => {
      this.throwIfClosed()
      return work()
    }
    const next = this.turn.then(guarded, guarded)
    this.turn = next.catch(() => {})
    return next
  }
}

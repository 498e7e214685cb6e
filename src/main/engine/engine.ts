import type { SourceAddress } from '../contract/source.ts'
import type { Workspace } from '../contract/workspace.ts'
import type { EngineRouter } from '../rpc/server.ts'
import { buildRouter } from './api/router.ts'
import { Downloads } from './export/downloads.ts'
import type { Download } from './export/downloads.ts'
import type { Host } from './ports.ts'
import { SettingsStore } from './settings/settingsStore.ts'
import { Workbench } from './workbench.ts'

/** The engine behind a window: builds and owns the services, and serves the contract. */
export interface Engine {
  /** To be served over a link, see `rpc/server.ts`. */
  readonly router: EngineRouter
  /** The workspace that was open last, else the demo. */
  openLast(): Promise<Workspace>
  openDemo(): Promise<Workspace>
  openFile(input: { filePath: string; address: SourceAddress }): Promise<Workspace>
  /** An export that waits for a browser, handed over once; null for what is not there. */
  takeDownload(id: string): Download | null
  /** Stops the stream, the queries and the demo. May be called again. */
  close(): Promise<void>
}

export async function openEngine(host: Host): Promise<Engine> {
  const settings: SettingsStore = new SettingsStore(host, (what, keptAs) =>
    workbench.notice(`The settings in ${what} could not be read; the file was kept as ${keptAs}.`),
  )
  const workbench: Workbench = new Workbench(host, settings)
  const downloads = new Downloads(host.paths.temporaryFolder)
  const stopped = new AbortController()
  let closing: Promise<void> | null = null
  return {
    router: buildRouter({ host, settings, workbench, downloads, stopped: stopped.signal }),
    openLast: () => workbench.openLast(),
    openDemo: () => workbench.openDemo(),
    openFile: (input) => workbench.openFile(input),
    takeDownload: (id) => downloads.take(id),
    close() {
      stopped.abort()
      closing ??= Promise.all([workbench.close(), downloads.close()]).then(() => undefined)
      return closing
    },
  }
}

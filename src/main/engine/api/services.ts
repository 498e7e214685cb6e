import { implement } from '@orpc/server'
import { contract } from '../../contract/index.ts'
import type { Downloads } from '../export/downloads.ts'
import type { Host } from '../ports.ts'
import type { SettingsStore } from '../settings/settingsStore.ts'
import type { Workbench } from '../workbench.ts'

/** What the handlers call. */
export interface Services {
  host: Host
  settings: SettingsStore
  workbench: Workbench
  downloads: Downloads
  /** Aborted when the engine closes: what is being watched ends. */
  stopped: AbortSignal
}

/** The contract, to be implemented group by group. */
export const api = implement(contract)

/** What a host supplies to the engine. The engine knows no Electron, no DOM and no global clock. */

export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number
  /** Monotonic milliseconds, for durations. */
  monotonicMs(): number
}

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

/** Keeps passwords; never in a file of ours. `get` answers null where there is none. */
export interface SecretStore {
  /** False where secrets last for this run only. */
  readonly lasting: boolean
  /** One sentence of why they do not last, or null. */
  readonly note: string | null
  get(name: string): Promise<string | null>
  set(name: string, secret: string): Promise<void>
  delete(name: string): Promise<void>
}

export interface Paths {
  /** The app's data folder: settings, workspaces, the demo's Postgres. */
  dataFolder: string
  /** For staging files and results; emptied at start. */
  temporaryFolder: string
}

/** Asks the person by the system's dialog where to save; null where they close it. */
export type ChooseFile = (suggestedPath: string) => Promise<string | null>

export interface Host {
  kind: 'electron' | 'browser'
  /** Left out where the host has no dialog: a browser downloads instead. */
  chooseFile?: ChooseFile
  clock: Clock
  logger: Logger
  secrets: SecretStore
  paths: Paths
  version: string
}

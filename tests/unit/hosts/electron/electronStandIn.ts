import { EventEmitter } from 'node:events'
import { vi } from 'vitest'

/** What `vi.mock('electron')` answers with: it records what is asked of Electron, and does nothing. */
export class StandInWindow extends EventEmitter {
  static readonly made: StandInWindow[] = []
  readonly options: { webPreferences?: Record<string, unknown> }
  readonly webContents = new EventEmitter()
  loaded: string | null = null

  constructor(options: { webPreferences?: Record<string, unknown> }) {
    super()
    this.options = options
    StandInWindow.made.push(this)
  }

  loadURL(url: string): Promise<void> {
    this.loaded = url
    return Promise.resolve()
  }

  isMinimized(): boolean {
    return false
  }

  restore(): void {}
  focus(): void {}
  show(): void {}
}

export class StandInProcess extends EventEmitter {
  readonly postMessage = vi.fn()
  readonly kill = vi.fn(() => this.emit('exit', 0))
}

export class StandInChannel {
  readonly port1 = { name: 'port1' }
  readonly port2 = { name: 'port2' }
}

export const standInSession = {
  setPermissionRequestHandler: vi.fn(),
  setPermissionCheckHandler: vi.fn(),
  setDevicePermissionHandler: vi.fn(),
  on: vi.fn(),
}

class StandInApp extends EventEmitter {
  isPackaged = false
  readonly requestSingleInstanceLock = vi.fn(() => true)
  readonly enableSandbox = vi.fn()
  readonly whenReady = vi.fn(() => Promise.resolve())
  readonly quit = vi.fn()
  readonly getVersion = vi.fn(() => '0.0.0')
  readonly getPath = vi.fn(() => '/nowhere')
}

export const electron = {
  app: new StandInApp(),
  BrowserWindow: StandInWindow,
  Menu: { setApplicationMenu: vi.fn(), buildFromTemplate: vi.fn((template: unknown) => template) },
  MessageChannelMain: StandInChannel,
  dialog: { showErrorBox: vi.fn(), showSaveDialog: vi.fn(() => Promise.resolve({ canceled: true, filePath: '' })) },
  ipcMain: new EventEmitter(),
  protocol: { registerSchemesAsPrivileged: vi.fn(), handle: vi.fn() },
  safeStorage: {
    isEncryptionAvailable: vi.fn(() => true),
    getSelectedStorageBackend: vi.fn(() => 'gnome_libsecret'),
    encryptString: vi.fn((text: string) => Buffer.from([...text].reverse().join(''))),
    decryptString: vi.fn((bytes: Buffer) => [...bytes.toString()].reverse().join('')),
  },
  session: { defaultSession: standInSession },
  shell: { openExternal: vi.fn(() => Promise.resolve()) },
  utilityProcess: { fork: vi.fn(() => new StandInProcess()) },
}

import { join } from 'node:path'
import { Menu, app, dialog, ipcMain, protocol, session } from 'electron'
import type { BrowserWindow, SaveDialogOptions } from 'electron'
import { dataFolderOf } from '../paths.ts'
import { CONNECT_CHANNEL } from '../../rpc/electronChannels.ts'
import { startEngineProcess } from './engineLink.ts'
import type { EngineLink } from './engineLink.ts'
import { menuTemplate } from './menu.ts'
import { registerScheme, serveScheme } from './scheme.ts'
import { openSafeSecrets } from './secrets.ts'
import { confineEveryPage, denyPermissions, isOurFrame } from './security.ts'
import { openWindow } from './window.ts'

const RESTARTS_AT_MOST = 3

/** Runs the app: one window, one engine process. `outFolder` holds main/, preload/ and renderer/. */
export async function runElectronApp(outFolder: string): Promise<void> {
  // Two processes cannot write one file; a second start brings the first one's window forward.
  if (!app.requestSingleInstanceLock()) return app.quit()
  registerScheme()
  app.enableSandbox()
  confineEveryPage(app)

  let window: BrowserWindow | null = null
  let engine: EngineLink | null = null
  let restarts = 0
  let isQuitting = false

  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', (event) => {
    if (isQuitting) return
    // The engine stops cleanly first: the batch in hand is finished, the file closed.
    isQuitting = true
    event.preventDefault()
    void (engine?.close() ?? Promise.resolve()).finally(() => app.quit())
  })

  await app.whenReady()
  const dataFolder = dataFolderOf({ env: process.env, platform: process.platform, homeFolder: app.getPath('home') })
  const secrets = openSafeSecrets(join(dataFolder, 'secrets.json'), process.platform)
  denyPermissions(session.defaultSession)
  serveScheme(protocol, join(outFolder, 'renderer'))
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, app.isPackaged)))

  /** Over our window where it is there; the dialog itself asks before a file is replaced. */
  async function chooseFile(suggestedPath: string): Promise<string | null> {
    const options = { defaultPath: suggestedPath, properties: ['createDirectory', 'showOverwriteConfirmation'] } satisfies SaveDialogOptions
    const { filePath } = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options))
    return filePath || null
  }

  function startEngine(): EngineLink {
    const started = startEngineProcess({ outFolder, dataFolder, version: app.getVersion(), secrets, chooseFile })
    void started.ended.then(() => {
      if (isQuitting) return
      restarts += 1
      if (restarts <= RESTARTS_AT_MOST) {
        // The window's link has closed with the old one; it asks for another by itself.
        engine = startEngine()
        return
      }
      dialog.showErrorBox('Millrace', 'The engine ended several times. The log in the data folder says why.')
      app.quit()
    })
    return started
  }
  engine = startEngine()

  ipcMain.on(CONNECT_CHANNEL, (event) => {
    if (isOurFrame(event.senderFrame)) engine?.connect(event.sender)
  })
  window = await openWindow(outFolder)
}

import { EventEmitter } from 'node:events'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { CONNECT_CHANNEL, LINK_CHANNEL } from '../../../../src/main/rpc/electronChannels.ts'
import type { StandInProcess} from './electronStandIn.ts';
import { StandInWindow, electron, standInSession } from './electronStandIn.ts'

vi.mock('electron', async () => (await import('./electronStandIn.ts')).electron)
const { runElectronApp } = await import('../../../../src/main/hosts/electron/app.ts')

const engines = (): StandInProcess[] => electron.utilityProcess.fork.mock.results.map(({ value }) => value as StandInProcess)
const lastEngine = (): StandInProcess => engines().at(-1) as StandInProcess

beforeAll(() => runElectronApp('/app/out'))

describe('the Electron app', () => {
  it('opens one window, on its own scheme, that has no Node and lives in a sandbox', () => {
    expect(StandInWindow.made).toHaveLength(1)
    const [window] = StandInWindow.made
    expect(window?.loaded).toBe('millrace://app/index.html')
    expect(window?.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      preload: '/app/out/preload/index.cjs',
    })
  })

  it('registers the scheme as standard and secure before it is ready', () => {
    const [schemes] = electron.protocol.registerSchemesAsPrivileged.mock.calls[0] ?? []
    expect(schemes).toMatchObject([{ scheme: 'millrace', privileges: { standard: true, secure: true } }])
    const registered = electron.protocol.registerSchemesAsPrivileged.mock.invocationCallOrder[0] ?? Infinity
    expect(registered).toBeLessThan(electron.app.whenReady.mock.invocationCallOrder[0] ?? 0)
    expect(electron.app.enableSandbox).toHaveBeenCalledOnce()
  })

  it('denies every permission but the one to put copied text on the clipboard, to our own page', () => {
    const request = standInSession.setPermissionRequestHandler.mock.calls[0]?.[0] as (...all: unknown[]) => void
    const check = standInSession.setPermissionCheckHandler.mock.calls[0]?.[0] as (...all: unknown[]) => boolean
    const granted = (permission: string, url: string): [unknown, boolean] => {
      const answer = vi.fn()
      request({}, permission, answer, { requestingUrl: url })
      return [answer.mock.calls[0]?.[0], check({}, permission, url)]
    }
    expect(granted('clipboard-sanitized-write', 'millrace://app/index.html')).toEqual([true, true])
    expect(granted('clipboard-sanitized-write', 'millrace://apple/')).toEqual([false, false])
    expect(granted('clipboard-read', 'millrace://app/index.html')).toEqual([false, false])
    expect(granted('geolocation', 'millrace://app/index.html')).toEqual([false, false])
  })

  it('downloads what our own page has drawn, where the person says, and nothing from elsewhere', () => {
    const listener = standInSession.on.mock.calls.find(([name]) => name === 'will-download')?.[1] as (...all: unknown[]) => void
    const download = (url: string) => {
      const event = { preventDefault: vi.fn() }
      const item = { getURL: () => url, getFilename: () => 'revenue.png', setSaveDialogOptions: vi.fn() }
      listener(event, item)
      return { isRefused: event.preventDefault.mock.calls.length === 1, asked: item.setSaveDialogOptions.mock.calls }
    }
    expect(download('blob:millrace://app/6d0f')).toEqual({ isRefused: false, asked: [[{ defaultPath: 'revenue.png' }]] })
    for (const url of ['https://evil.example/a.exe', 'blob:https://evil.example/6d0f', 'data:text/plain,a', 'blob:millrace://other/1']) {
      expect(download(url), url).toEqual({ isRefused: true, asked: [] })
    }
  })

  it('asks by the system\'s dialog where an export goes, and tells the engine, also where it was closed', async () => {
    const engine = lastEngine()
    const answered = async (id: number): Promise<unknown> => {
      const heard = () => engine.postMessage.mock.calls.map(([said]) => said as { kind: string; id?: number })
      await vi.waitFor(() => expect(heard().some((said) => said.kind === 'chosenFile' && said.id === id)).toBe(true))
      return heard().find((said) => said.kind === 'chosenFile' && said.id === id)
    }
    electron.dialog.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: '/home/ann/orders.csv' })
    engine.emit('message', { kind: 'chooseFile', id: 1, path: '/home/ann/result.csv' })
    expect(await answered(1)).toEqual({ kind: 'chosenFile', id: 1, path: '/home/ann/orders.csv' })
    expect(electron.dialog.showSaveDialog).toHaveBeenCalledWith(
      StandInWindow.made[0],
      expect.objectContaining({ defaultPath: '/home/ann/result.csv' }),
    )
    engine.emit('message', { kind: 'chooseFile', id: 2, path: '/home/ann/result.csv' })
    expect(await answered(2)).toEqual({ kind: 'chosenFile', id: 2, path: null })
    electron.dialog.showSaveDialog.mockRejectedValueOnce(new Error('no display'))
    engine.emit('message', { kind: 'chooseFile', id: 3, path: '/home/ann/result.csv' })
    expect(await answered(3)).toEqual({ kind: 'chosenFile', id: 3, path: null })
  })

  it('lets no page navigate, embed or open a window', () => {
    const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: vi.fn() })
    electron.app.emit('web-contents-created', {}, contents)
    for (const name of ['will-navigate', 'will-redirect', 'will-attach-webview']) {
      const event = { preventDefault: vi.fn() }
      contents.emit(name, event)
      expect(event.preventDefault, name).toHaveBeenCalledOnce()
    }
    const onOpen = contents.setWindowOpenHandler.mock.calls[0]?.[0] as (details: { url: string }) => unknown
    expect(onOpen({ url: 'https://evil.example/' })).toEqual({ action: 'deny' })
    expect(electron.shell.openExternal).not.toHaveBeenCalled()
    expect(onOpen({ url: 'https://www.postgresql.org/docs/current/logicaldecoding.html' })).toEqual({ action: 'deny' })
    expect(electron.shell.openExternal).toHaveBeenCalledOnce()
  })

  it('runs the engine in a process of its own', () => {
    expect(electron.utilityProcess.fork).toHaveBeenCalledWith('/app/out/main/engineProcess.js', [], expect.anything())
    expect(lastEngine().postMessage).toHaveBeenCalledWith(expect.objectContaining({ kind: 'open', secretsLast: true }))
  })

  it('links our own page, and no other frame', () => {
    const sender = { postMessage: vi.fn() }
    for (const frame of [
      null,
      { url: 'https://evil.example/', parent: null },
      { url: 'millrace://other/index.html', parent: null },
      { url: 'millrace://app/index.html', parent: {} },
    ]) {
      electron.ipcMain.emit(CONNECT_CHANNEL, { sender, senderFrame: frame })
    }
    expect(sender.postMessage).not.toHaveBeenCalled()
    electron.ipcMain.emit(CONNECT_CHANNEL, { sender, senderFrame: { url: 'millrace://app/index.html', parent: null } })
    expect(sender.postMessage).toHaveBeenCalledWith(LINK_CHANNEL, null, [{ name: 'port2' }])
    expect(lastEngine().postMessage).toHaveBeenLastCalledWith({ kind: 'link' }, [{ name: 'port1' }])
  })

  it('answers the engine for secrets, and ignores messages that it does not know', async () => {
    const engine = lastEngine()
    engine.postMessage.mockClear()
    engine.emit('message', { kind: 'secret', id: 7, action: 'get', name: '' })
    engine.emit('message', 'anything')
    engine.emit('message', { kind: 'secret', id: 8, action: 'get', name: 'workspace:none' })
    await vi.waitFor(() =>
      expect(engine.postMessage.mock.calls).toEqual([[{ kind: 'secret', id: 8, secret: null, failed: false }]]),
    )
  })

  it('starts the engine again when it ends by itself, and gives up with a word after the third time', async () => {
    for (const times of [2, 3, 4]) {
      lastEngine().emit('exit', 1)
      await vi.waitFor(() => expect(engines()).toHaveLength(times))
    }
    expect(electron.app.quit).not.toHaveBeenCalled()
    lastEngine().emit('exit', 1)
    await vi.waitFor(() => expect(electron.app.quit).toHaveBeenCalled())
    expect(electron.dialog.showErrorBox).toHaveBeenCalledOnce()
    expect(engines()).toHaveLength(4)
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron, expect, test } from '@playwright/test'
import type { ElectronApplication, Page } from '@playwright/test'
import { electronBinary, electronObstacle } from '../../scripts/launch.mjs'

const root = resolve(import.meta.dirname, '../..')
const binary = electronBinary()
const obstacle = electronObstacle({ env: process.env, platform: process.platform, uid: process.getuid?.() })

test.describe('the Electron app', () => {
  test.skip(binary === null, "Electron's binary is not here")
  test.skip(obstacle !== null, obstacle ?? '')

  let app: ElectronApplication
  let page: Page
  let home: string

  test.beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'millrace-electron-'))
    app = await _electron.launch({
      executablePath: binary ?? '',
      args: [root],
      env: { ...(process.env as Record<string, string>), MILLRACE_HOME: home },
    })
    page = await app.firstWindow()
  })

  test.afterAll(async () => {
    await app.close()
    await rm(home, { recursive: true, force: true })
  })

  test('shows the window, with one link and no Node in the page', async () => {
    await expect(page).toHaveTitle('Millrace')
    const seen = await page.evaluate(() => ({
      link: Object.keys((window as unknown as { millrace: object }).millrace).sort(),
      node: ['process', 'require', 'Buffer', 'module'].filter((name) => name in window),
      origin: window.location.origin,
    }))
    expect(seen).toEqual({ link: ['onClose', 'onMessage', 'send'], node: [], origin: 'millrace://app' })
    await expect(page.getByRole('button').first()).toBeVisible()
  })

  test('stays where it is, and opens no other window', async () => {
    const address = page.url()
    await page.evaluate(() => {
      window.location.href = 'https://example.com/'
      window.open('https://example.com/')
    })
    await expect.poll(() => page.url()).toBe(address)
    expect(app.windows()).toHaveLength(1)
  })

  test('closes with its window, within two seconds and without an error', async () => {
    const ended = new Promise<number | null>((settle) => app.process().once('exit', settle))
    await page.close()
    expect(await ended).toBe(0)
  })
})

import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { startApp, type App } from './support/app.ts'
import { expectAccessible } from './support/accessibility.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

test.describe('an export', () => {
  let app: App

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test('comes as a download or is written to a file, whole; replaces one only when told, and leaves nothing when cancelled', async ({ page }) => {
    test.setTimeout(240_000)
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, `SELECT i AS id, CASE WHEN i % 2 = 0 THEN '' END AS note FROM range(50000) AS r(i)`)
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByTestId('result-rows')).toHaveText(/50.000 rows/)

    const dialog = page.getByRole('dialog', { name: 'Export the whole result' })
    const fileField = dialog.getByLabel('File', { exact: true })
    const file = join(app.home, 'all.csv')
    await page.keyboard.press('Alt+x')
    await dialog.getByLabel('Name of the file').fill('notes of März.csv')
    await expectAccessible(page)
    const downloading = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Download', exact: true }).click()
    const download = await downloading
    await expect(dialog.getByRole('status')).toContainText('notes of März.csv')
    expect(download.suggestedFilename()).toBe('notes of März.csv')
    const downloaded = await readFile(await download.path(), 'utf8')
    await dialog.getByRole('button', { name: 'Export again' }).click()

    await dialog.getByLabel('To').selectOption('file')
    await expect(fileField).not.toHaveValue('')
    await fileField.fill(file)
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    await expect(dialog.getByRole('button', { name: 'Export again' })).toBeVisible()
    await expect(dialog.getByRole('status')).toContainText(/50.000 rows, /)
    expect(await readFile(file, 'utf8')).toBe(downloaded)
    const lines = downloaded.trimEnd().split('\r\n')
    expect(lines).toHaveLength(50_001)
    expect(lines.slice(0, 3)).toEqual(['id,note', '0,""', '1,'])

    await dialog.getByRole('button', { name: 'Export again' }).click()
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    await expect(dialog.getByRole('alert')).toContainText('all.csv already')
    await expectAccessible(page)
    await dialog.getByLabel('Format').selectOption('json')
    await dialog.getByRole('button', { name: /Export|Replace/ }).click()
    await expect(dialog.getByRole('button', { name: 'Export again' })).toBeVisible()
    expect(JSON.parse(await readFile(join(app.home, 'all.json'), 'utf8'))).toHaveLength(50_000)
    await dialog.getByRole('button', { name: 'Close' }).last().click()

    await writeSql(page, `SELECT i AS id, md5(i::VARCHAR) AS note FROM range(1000000) AS r(i)`)
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByTestId('result-rows')).toHaveText(/so far|1.000.000 rows/)
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog.getByLabel('Format').selectOption('xlsx')
    await fileField.fill(join(app.home, 'cancelled.xlsx'))
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    await expect(dialog.getByRole('status')).toContainText(/rows ·.*rows\/s · .* left/)
    await dialog.getByRole('button', { name: 'Go on in the background' }).click()
    await page.getByRole('button', { name: /Exporting \d+ %/ }).click()
    await dialog.getByRole('button', { name: 'Cancel the export' }).click()
    await expect(dialog.getByText('There is no file.')).toBeVisible()
    await expect.poll(async () => (await readdir(app.home, { recursive: true })).filter((name) => /cancelled|download-/.test(name))).toEqual([])

    // In the background it goes on while one types, and says when it is there.
    await fileField.fill(join(app.home, 'background.xlsx'))
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog.getByRole('button', { name: 'Go on in the background' }).click()
    await writeSql(page, 'SELECT 1 AS typed')
    await expect(page.getByRole('region', { name: 'Notices' })).toContainText(/The export is written: 1.000.000 rows, .* MB/, { timeout: 90_000 })
    await page.keyboard.insertText(' /* on */')
    await expect(page.locator('.monaco-editor').filter({ visible: true }).first()).toContainText('typed /* on */')
    expect((await readFile(join(app.home, 'background.xlsx'))).subarray(0, 2).toString()).toBe('PK')
  })
})

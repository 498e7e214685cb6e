import { expect, test, type Page } from '@playwright/test'
import type pg from 'pg'
import { expectAccessible } from './support/accessibility.ts'
import { connectToDemo, startApp, type App } from './support/app.ts'
import { goTo, untilFollowing } from './support/window.ts'

const screenshots = 'test-results/screenshots'

test.describe('tables come and go from Live', () => {
  let app: App
  let source: pg.Client

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(async () => {
    await source?.end()
    await app.remove()
  })

  async function command(page: Page, label: string): Promise<void> {
    await page.keyboard.press('ControlOrMeta+k')
    await page.getByPlaceholder('Search or run a command').fill(label)
    await page.getByRole('option', { name: label }).first().click()
  }

  test('a table is added, changed, copied again and removed, following is paused, and a lost slot is mended from Connect', async ({ page }) => {
    test.setTimeout(240_000)
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.goto(app.url)
    await untilFollowing(page)
    source = await connectToDemo(app.home)
    await source.query(`CREATE TABLE wishes (id int PRIMARY KEY, wish text); INSERT INTO wishes VALUES (1, 'tea'), (2, 'rain'), (3, 'time')`)
    await goTo(page, 'Live')
    const row = page.getByRole('region', { name: 'Tables', exact: true }).getByRole('row', { name: /public\.wishes/ })
    const rows = (count: number): Promise<void> => expect(row.getByRole('cell').nth(1)).toHaveText(String(count), { timeout: 30_000 })
    const dialog = page.getByRole('dialog')

    await test.step('a table of the source is added while the others go on', async () => {
      await page.getByRole('button', { name: 'Add tables' }).click()
      await dialog.getByRole('checkbox', { name: /public\.wishes/ }).check()
      await page.screenshot({ path: `${screenshots}/live-add-light.png` })
      await dialog.getByRole('button', { name: 'Copy and follow 1 table' }).click()
      await expect(row).toContainText('ready', { timeout: 60_000 })
      await rows(3)
      await source.query(`INSERT INTO wishes VALUES (4, 'snow')`)
      await rows(4)
    })

    await test.step('it is copied again by its button, and by the palette', async () => {
      const copied = page.getByRole('region', { name: 'Events' }).getByText(/public\.wishes is copied, with 4 rows/)
      const before = await copied.count()
      await row.hover()
      await row.getByRole('button', { name: 'Copy public.wishes again' }).click()
      await expect(copied).toHaveCount(before + 1, { timeout: 30_000 })
      await command(page, 'Copy a table again')
      await page.getByPlaceholder('Copy which table again?').fill('wish')
      await page.screenshot({ path: `${screenshots}/live-choose-light.png` })
      await page.keyboard.press('Enter')
      await expect(copied).toHaveCount(before + 2, { timeout: 30_000 })
      await expect(row).toContainText('ready', { timeout: 30_000 })
    })

    await test.step('a change of its columns is told under Schema changes', async () => {
      const changes = page.getByRole('region', { name: 'Schema changes', exact: true })
      await expect(changes).toContainText('None so far')
      await source.query(`ALTER TABLE wishes ADD COLUMN granted boolean DEFAULT false`)
      const told = changes.getByRole('row', { name: /public\.wishes add column granted boolean default f/ })
      await expect(told).toContainText(/[0-9A-F]+\/[0-9A-F]+ *applied/, { timeout: 30_000 })
      await expectAccessible(page)
      await page.emulateMedia({ colorScheme: 'dark' })
      await expectAccessible(page)
      await changes.scrollIntoViewIfNeeded()
      await page.screenshot({ path: `${screenshots}/live-schema-changes-dark.png` })
      await page.emulateMedia({ colorScheme: 'light' })
    })

    await test.step('following is paused and goes on, and nothing is missed', async () => {
      await page.getByRole('button', { name: 'Pause', exact: true }).click()
      const goOn = page.getByRole('button', { name: 'Go on', exact: true })
      await expect(goOn).toBeVisible({ timeout: 30_000 })
      await source.query(`INSERT INTO wishes VALUES (5, 'sleep')`)
      await goOn.click()
      await rows(5)
    })

    await test.step('it is removed by the palette, which says what stays', async () => {
      await command(page, 'Stop following a table')
      await page.getByPlaceholder('Stop following which table?').fill('wish')
      await page.keyboard.press('Enter')
      await expect(dialog).toContainText('Stop following public.wishes?')
      await expect(dialog).toContainText('What you made of it in scratch stays')
      await page.screenshot({ path: `${screenshots}/live-remove-light.png` })
      await dialog.getByRole('button', { name: 'Stop following' }).click()
      await expect(dialog).toBeHidden({ timeout: 30_000 })
      await expect(row).toBeHidden()
    })

    await test.step('a slot that somebody dropped is told in Connect, and one click copies everything again', async () => {
      await page.getByRole('button', { name: 'Pause', exact: true }).click()
      const goOn = page.getByRole('button', { name: 'Go on', exact: true })
      await expect(goOn).toBeVisible({ timeout: 30_000 })
      await expect(async () => {
        await source.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots')
      }).toPass({ timeout: 30_000 })
      await goOn.click()
      await expect(page.getByTestId('live-sentence')).toContainText(/stopped|slot/i, { timeout: 30_000 })
      await goTo(page, 'Connect')
      await expect(page.getByText(/every followed table is read there once more/)).toBeVisible()
      await expectAccessible(page)
      await page.screenshot({ path: `${screenshots}/connect-lost-light.png` })
      await page.getByRole('button', { name: 'Copy everything again' }).click()
      await untilFollowing(page)
      await expect(page.getByRole('row', { name: /public\.orders/ }).first()).toContainText('ready', { timeout: 60_000 })
    })
    expect(problems).toEqual([])
  })
})

import { expect, test } from '@playwright/test'
import { expectAccessible } from './support/accessibility.ts'
import { startApp, urlOfDemo, type App } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

const screenshots = 'test-results/screenshots'

test.describe('masked columns', () => {
  let app: App

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test('a column is masked from its page, shows so everywhere, and for a new source before its first row is copied', async ({ page }) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    await page.goto(app.url)
    await untilFollowing(page)

    await test.step('its page asks, copies the table again, and then says what it is masked by', async () => {
      await goTo(page, 'Explore')
      await writeSql(page, 'SELECT\nemail\nFROM customers')
      await page.locator('.view-line').getByText('customers').click()
      await page.keyboard.press('F4')
      await expect(page.getByRole('heading', { name: 'public.customers' })).toBeVisible()
      const mask = page.getByRole('combobox', { name: 'Mask of email', exact: true })
      await expect(page.getByRole('combobox', { name: 'Mask of id', exact: true }).getByRole('option', { name: 'redact' })).toBeDisabled()
      await mask.focus()
      await mask.selectOption('hash')
      const dialog = page.getByRole('dialog', { name: 'Mask email by hash' })
      await expect(dialog).toContainText('public.customers is copied again')
      await expectAccessible(page)
      await page.screenshot({ path: `${screenshots}/mask-confirm.png` })
      await dialog.getByRole('button', { name: 'Copy the table again' }).click()
      await expect(dialog).toBeHidden()
      const row = page.getByRole('row', { name: /^email/ })
      await expect(row).toContainText('masked: hash', { timeout: 60_000 })
      await expect(mask).toHaveValue('hash')
      await expectAccessible(page)
      await page.screenshot({ path: `${screenshots}/mask-page-light.png` })
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.screenshot({ path: `${screenshots}/mask-page-dark.png` })
      await page.emulateMedia({ colorScheme: 'light' })
    })

    await test.step('the hover over its name says so, and its values are hashes', async () => {
      await goTo(page, 'Explore')
      await page.keyboard.press('ControlOrMeta+Enter')
      await expect(page.getByRole('gridcell', { name: /^[0-9a-f]{64}$/ }).first()).toBeVisible()
      await page.locator('.view-line').getByText('email').hover({ position: { x: 12, y: 8 } })
      await expect(page.locator('.monaco-hover').filter({ visible: true })).toContainText('Masked: hash.')
      await page.screenshot({ path: `${screenshots}/mask-hover.png` })
    })

    await test.step('a new source: the masks are chosen before the copy', async () => {
      await goTo(page, 'Connect')
      await page.getByLabel('Paste a URL').fill(await urlOfDemo(app.home))
      await page.getByRole('button', { name: /^Test/ }).click()
      await page.getByRole('button', { name: 'None', exact: true }).click()
      await page.getByRole('searchbox', { name: 'Search tables' }).fill('public.customers')
      await page.getByRole('row', { name: /customers/ }).click()
      await page.getByRole('button', { name: 'Mask columns…' }).click()
      const dialog = page.getByRole('dialog', { name: 'Mask columns' })
      await dialog.getByRole('combobox', { name: 'Mask of full_name' }).selectOption('redact')
      await dialog.getByRole('combobox', { name: 'Mask of birth_date' }).selectOption('null')
      await expectAccessible(page)
      await page.screenshot({ path: `${screenshots}/mask-connect.png` })
      await dialog.getByRole('button', { name: 'Done' }).click()
      await expect(page.getByText('2 columns masked')).toBeVisible()
      await page.getByRole('button', { name: /^Copy and follow/ }).click()
      await expect(page.getByRole('button', { name: 'Live' })).toHaveAttribute('aria-current', 'page', { timeout: 30_000 })
      await untilFollowing(page)
      await goTo(page, 'Explore')
      await writeSql(page, 'SELECT DISTINCT full_name, birth_date FROM customers')
      await page.keyboard.press('ControlOrMeta+Enter')
      await expect(page.getByRole('gridcell', { name: '[redacted]' })).toBeVisible({ timeout: 30_000 })
      await expect(page.getByRole('gridcell', { name: 'NULL' })).toBeVisible()
    })
    expect(problems).toEqual([])
  })
})

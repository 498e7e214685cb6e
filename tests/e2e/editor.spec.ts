import { expect, test, type Page } from '@playwright/test'
import { startApp, type App } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

const cell = (page: Page, name: string) => page.getByRole('gridcell', { name, exact: true })
const engineIs = (page: Page, name: 'Replica' | 'Source') => page.getByRole('radio', { name, exact: true }).first().click()

test.describe('the editor', () => {
  let app: App

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())
  test.beforeEach(async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await page.keyboard.press('Alt+t')
  })

  test('all statements run in order, each with a result of its own, and stop at the first error', async ({ page }) => {
    await writeSql(page, "SELECT 'one' AS first;\n\nSELECT 'two' AS second;\nSELECT nonsense;\nSELECT 'never' AS last")
    await page.keyboard.press('ControlOrMeta+Shift+Enter')
    const results = page.getByRole('tablist', { name: 'Results of the statements' }).getByRole('tab')
    await expect(results).toHaveCount(3)
    await expect(page.getByTestId('result').getByRole('alert')).toContainText('nonsense')
    await expect(page.locator('.squiggly-error')).toBeVisible()
    await results.nth(0).click()
    await expect(cell(page, 'one')).toBeVisible()
    await page.keyboard.press('ArrowRight')
    await expect(cell(page, 'two')).toBeVisible()
    await expect(page.getByText('never', { exact: true })).toHaveCount(0)
  })

  test('the current statement alone runs, and is marked', async ({ page }) => {
    await writeSql(page, "SELECT 'above' AS a;\n\nSELECT 'below' AS b;")
    await page.keyboard.press('ControlOrMeta+Home')
    await expect(page.locator('.currentStatement')).toHaveCount(1)
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(cell(page, 'above')).toBeVisible()
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(cell(page, 'below')).toBeVisible()
  })

  test('parameters are asked for, remembered, and bound on both engines', async ({ page }) => {
    await writeSql(page, "SELECT 'found ' || count(*) AS answer FROM customers WHERE id = :id AND $1 = 'x'")
    await page.keyboard.press('ControlOrMeta+Enter')
    const id = page.getByRole('group', { name: 'Parameters' }).getByLabel(':id', { exact: true })
    await expect(id).toBeFocused()
    await id.fill('1')
    await page.getByRole('group', { name: 'Parameters' }).getByLabel('$1', { exact: true }).fill('x')
    await page.keyboard.press('Enter')
    await expect(cell(page, 'found 1')).toBeVisible()
    await engineIs(page, 'Source')
    await id.fill('-1')
    await id.press('Enter')
    await expect(cell(page, 'found 0')).toBeVisible()
    await id.fill("1 OR true")
    await id.press('Enter')
    await expect(page.getByTestId('result').getByRole('alert')).toBeVisible()
    await page.reload()
    await expect(id).toHaveValue('1 OR true')
  })

  test('a plan is a tree with time and rows, and marks its costliest step, on both engines', async ({ page }) => {
    await writeSql(page, 'SELECT country, sum(total) FROM orders GROUP BY country ORDER BY 2')
    await page.keyboard.press('F7')
    const plan = page.getByTestId('plan')
    await expect(plan).toContainText('Plan, not run')
    await expect(plan).toContainText(/orders/)
    await page.locator('.monaco-editor').filter({ visible: true }).first().click()
    await page.keyboard.press('Shift+F7')
    await expect(plan).toContainText('Plan, run and measured')
    await expect(plan.getByText(/costliest, \d+ %/)).toHaveCount(1)
    await engineIs(page, 'Source')
    await page.keyboard.press('Shift+F7')
    await expect(plan).toContainText('Postgres')
    await expect(plan.getByText(/costliest, \d+ %/)).toHaveCount(1)
    await expect(plan).toContainText(/\d+ rows?/)
    await page.keyboard.press('F7')
    await expect(plan).toContainText('Plan, not run')
    await expect(plan).toContainText(/cost/)
  })

  test('a tab has a session of its own: schema, zone and time limit', async ({ page }) => {
    await engineIs(page, 'Source')
    await page.keyboard.press('Alt+Shift+S')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Time zone').fill('Asia/Kolkata')
    await dialog.getByLabel('A statement is ended after').selectOption('5')
    await dialog.getByRole('button', { name: 'Keep for this tab' }).click()
    await expect(dialog).toHaveCount(0)
    await writeSql(page, `SELECT timestamptz '2024-07-01 12:00:00+00' AS moment, current_setting('statement_timeout') AS ends`)
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(cell(page, '2024-07-01 17:30:00+05:30')).toBeVisible()
    await expect(cell(page, '5s')).toBeVisible()
    await engineIs(page, 'Replica')
    await writeSql(page, `SELECT timestamptz '2024-07-01 13:00:00+00' AS moment`)
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(cell(page, '2024-07-01 18:30:00+05:30')).toBeVisible()
  })
})

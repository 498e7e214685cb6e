import { expect, test, type Page } from '@playwright/test'
import { startApp, type App } from './support/app.ts'
import { expectAccessible } from './support/accessibility.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

async function run(page: Page, sql: string): Promise<void> {
  await writeSql(page, sql)
  await page.keyboard.press('ControlOrMeta+Enter')
}

const result = (page: Page) => page.getByTestId('outcome')
const cell = (page: Page, row: number, column: number) =>
  result(page).locator(`.ag-row[row-index="${row}"] .ag-cell[col-id="${column}"]`)
const header = (page: Page, column: number) => result(page).locator(`.ag-header-cell[col-id="${column}"]`)
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText())
const digits = async (page: Page, row: number, column: number) => ((await cell(page, row, column).textContent()) ?? '').replace(/\D/g, '')

test.describe('the grid of a result', () => {
  let app: App

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test.beforeEach(async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
  })

  test('ten million rows are sorted, filtered and searched by the engine', async ({ page }) => {
    await run(page, `SELECT i AS id, i % 1000 AS part, 'name ' || i AS name FROM range(10000000) AS r(i)`)
    await expect(page.getByTestId('result-rows')).toHaveText(/10.000.000 rows/, { timeout: 60_000 })

    await header(page, 0).click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Sort descending' }).click()
    await expect.poll(() => digits(page, 0, 0), { timeout: 60_000 }).toBe('9999999')

    await header(page, 1).hover()
    await header(page, 1).getByRole('button', { name: 'Menu of part' }).click()
    await page.getByRole('menuitem', { name: 'Filter…' }).click()
    const form = page.getByRole('dialog', { name: 'Filter part' })
    await expectAccessible(page)
    await form.getByLabel('Value').fill('7')
    await form.getByRole('button', { name: 'Filter' }).click()
    await expect(page.getByTestId('result-rows')).toHaveText(/^10.000 rows/, { timeout: 30_000 })
    await expect.poll(() => digits(page, 0, 0)).toBe('9999007')

    await result(page).getByRole('searchbox').fill('name 77')
    await expect(page.getByTestId('result-rows')).toHaveText(/^111 rows/, { timeout: 30_000 })
    await expect.poll(() => digits(page, 0, 0)).toBe('7799007')

    await page.getByRole('button', { name: 'Remove the filter part = 7' }).click()
    await expect(page.getByTestId('result-rows')).toHaveText(/^111.111 rows/, { timeout: 30_000 })
    // A click on a header goes round: the greatest first, as the statement gives it, the smallest first.
    await header(page, 0).locator('.resultHeader').click()
    await header(page, 0).locator('.resultHeader').click()
    await expect.poll(() => digits(page, 0, 0), { timeout: 60_000 }).toBe('77')
  })

  test('a range is drawn with mouse and keys, added up exactly, and copied in each format', async ({ page }) => {
    await run(page, `SELECT 9007199254740990 + i AS big, (i / 4.0)::DECIMAL(9,2) AS price, CASE WHEN i < 3 THEN 'a,' || i END AS "te|xt"
      FROM range(500) AS r(i) ORDER BY i`)
    await cell(page, 0, 0).click()
    await cell(page, 2, 1).click({ modifiers: ['Shift'] })
    const totals = page.getByTestId('totals')
    await expect(totals).toContainText('3 rows × 2 columns')
    await expect(totals).toContainText(/sum 27.021.597.764.222.973\.75/)
    await expect(totals).toContainText(/distinct 6/)

    await page.keyboard.press('ControlOrMeta+c')
    await expect.poll(() => clipboard(page)).toBe('9007199254740990\t0.00\r\n9007199254740991\t0.25\r\n9007199254740992\t0.50')
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Shift+ArrowUp')
    await expect(totals).toContainText('2 rows × 3 columns')
    await page.keyboard.press('ControlOrMeta+Shift+c')
    await expect.poll(() => clipboard(page)).toBe('big\tprice\tte|xt\r\n9007199254740990\t0.00\ta,0\r\n9007199254740991\t0.25\ta,1')

    const copyAs = async (name: string) => {
      await cell(page, 0, 0).click({ button: 'right' })
      await page.getByRole('menuitem', { name }).click()
    }
    await copyAs('Copy as CSV')
    await expect.poll(() => clipboard(page)).toBe('big,price,te|xt\r\n9007199254740990,0.00,"a,0"\r\n9007199254740991,0.25,"a,1"')
    await copyAs('Copy as JSON')
    await expect.poll(() => clipboard(page)).toContain('{"big":"9007199254740990","price":0.00,"te|xt":"a,0"}')
    await copyAs('Copy as Markdown')
    await expect.poll(() => clipboard(page)).toContain('| big | price | te\\|xt |')
    await copyAs('Copy as INSERT')
    await expect.poll(() => clipboard(page)).toContain(`(9007199254740990, 0.00, 'a,0')`)

    // A key goes along the row, with Ctrl to a corner; Shift takes the cells on the way along, over blocks too.
    await cell(page, 1, 1).click()
    await page.keyboard.press('End')
    await expect(cell(page, 1, 2)).toBeFocused()
    await page.keyboard.press('Home')
    await expect(cell(page, 1, 0)).toBeFocused()
    for (let press = 0; press < 12; press += 1) await page.keyboard.press('Shift+PageDown')
    await expect(totals).toContainText(/1\d\d rows × 1 column/)
    await page.keyboard.press('ControlOrMeta+Shift+End')
    await expect(totals).toContainText('499 rows × 3 columns')

    // Beyond what the window holds: the engine has the rows.
    await page.keyboard.press('ControlOrMeta+Home')
    await cell(page, 0, 0).click()
    await page.keyboard.press('ControlOrMeta+a')
    await expect(totals).toContainText('500 rows × 3 columns')
    await expect(totals).toContainText(/NULL 497/)
    await page.keyboard.press('ControlOrMeta+c')
    await expect.poll(async () => (await clipboard(page)).split('\r\n').length).toBe(500)
  })

  test('a foreign key leads to its row, on the engine of the result', async ({ page }) => {
    await run(page, 'SELECT id, customer_id, total FROM orders ORDER BY id LIMIT 20')
    await expect(cell(page, 0, 1)).toHaveClass(/cellReference/)
    const customer = await digits(page, 0, 1)
    await cell(page, 0, 1).click({ modifiers: ['ControlOrMeta'] })
    await expect(page.getByRole('tab', { name: 'customers' })).toHaveAttribute('aria-selected', 'true')
    await expect.poll(() => digits(page, 0, 0)).toBe(customer)
  })

  test('rows are numbered, NULL, nothing and JSON null told apart; columns are hidden, pinned, frozen and shown in another way', async ({ page }) => {
    await run(page, `SELECT NULL AS nothing, '' AS empty, 'null'::JSON AS doc, 'NULL' AS word FROM range(3)`)
    await expect(result(page).locator('.ag-row[row-index="2"] .cellRowNumber')).toHaveText('3')
    const marks = ['cellNull', 'cellEmpty', 'cellJsonNull']
    for (const [column, mark] of marks.entries()) await expect(cell(page, 0, column)).toHaveClass(new RegExp(`\\b${mark}\\b`))
    await expect(cell(page, 0, 3)).not.toHaveClass(/cellNull|cellEmpty|cellJsonNull/)
    await expect(cell(page, 0, 1)).toHaveText("''")

    await run(page, `SELECT 1234567 AS id, TIMESTAMPTZ '2024-02-29 12:00:00.5+00' AS at, 3 AS third`)
    const menuOf = async (column: number, item: string | RegExp) => {
      await header(page, column).click({ button: 'right' })
      await page.getByRole('menuitem', { name: item }).click()
    }
    await expect(cell(page, 0, 0)).toHaveText('1234567')
    await menuOf(0, 'Numbers in groups')
    await expect(cell(page, 0, 0)).toHaveText(/^1\D234\D567$/)
    await menuOf(2, 'Pin to the left')
    const left = async (column: number) => (await header(page, column).boundingBox())!.x
    await expect.poll(async () => (await left(2)) < (await left(0))).toBe(true)
    await menuOf(0, 'Hide')
    await expect(cell(page, 0, 0)).toHaveCount(0)
    await menuOf(1, 'Show the hidden column')
    await expect(cell(page, 0, 0)).toBeVisible()
    await menuOf(1, 'Freeze up to here')
    await menuOf(1, 'Let it scroll again')
    await menuOf(1, 'Copy the name')
    await expect.poll(() => clipboard(page)).toBe('at')
    await expectAccessible(page)

    await run(page, 'EXPLAIN SELECT 1')
    await expect(result(page).locator('.ag-row').first()).toBeVisible()
    await expect(result(page).getByRole('searchbox')).toHaveCount(0)
  })

  test('how the columns are arranged is remembered for the query, by keys alone, and can be taken back', async ({ page }) => {
    const left = async (column: number) => (await header(page, column).boundingBox())!.x
    await run(page, 'SELECT id, full_name, country FROM customers ORDER BY id LIMIT 5')
    await cell(page, 0, 2).click()
    await page.keyboard.press('Alt+ArrowDown')
    await page.getByRole('menuitem', { name: 'Pin to the left' }).press('Enter')
    await cell(page, 0, 1).click()
    await page.keyboard.press('Alt+ArrowDown')
    const hide = page.getByRole('menuitem', { name: 'Hide' })
    await hide.press('Enter')
    await expect(cell(page, 0, 1)).toHaveCount(0)
    await expect(page.getByTestId('totals')).toContainText('1 column hidden')

    await page.reload()
    await run(page, 'SELECT id, full_name, country FROM customers WHERE id > 2 ORDER BY id LIMIT 5')
    await expect(cell(page, 0, 2)).toBeVisible()
    await expect(cell(page, 0, 1)).toHaveCount(0)
    expect(await left(2)).toBeLessThan(await left(0))

    await page.keyboard.press('Alt+x')
    const dialog = page.getByRole('dialog', { name: 'Export the whole result' })
    await dialog.getByLabel('To', { exact: true }).selectOption({ label: 'The clipboard' })
    await dialog.getByLabel('Leave out the 1 hidden column').check()
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
    await expect(dialog).toContainText('Copied 5 rows of 2 columns.')
    expect((await clipboard(page)).split('\r\n')[0]).toBe('id,country')
    await dialog.getByRole('button', { name: 'Close' }).last().click()

    await header(page, 0).click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Arrange all columns as they came' }).click()
    await expect(cell(page, 0, 1)).toBeVisible()
    expect(await left(0)).toBeLessThan(await left(1))
    expect(await left(1)).toBeLessThan(await left(2))

    // The first query keeps its own.
    await run(page, 'SELECT id, full_name, country FROM customers ORDER BY id LIMIT 5')
    await expect(cell(page, 0, 2)).toBeVisible()
    await expect(cell(page, 0, 1)).toHaveCount(0)

    // A query of other columns has an arrangement of its own.
    await run(page, 'SELECT id, full_name FROM customers LIMIT 5')
    await expect(cell(page, 0, 1)).toBeVisible()
  })
})

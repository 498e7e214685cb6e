import { expect, test, type Page } from '@playwright/test'
import { startApp, type App } from './support/app.ts'
import { expectAccessible } from './support/accessibility.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC'
const cell = (page: Page, row: number, column: number) =>
  page.getByTestId('outcome').locator(`.ag-row[row-index="${row}"] .ag-cell[col-id="${column}"]`)
const viewer = (page: Page) => page.getByRole('complementary', { name: /^Cell:/ })
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

test.describe('the viewer of a cell', () => {
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

  async function run(page: Page, sql: string): Promise<void> {
    await writeSql(page, sql)
    await page.keyboard.press('ControlOrMeta+Enter')
    await cell(page, 0, 0).click()
  }

  test('JSON is a tree by keys alone: folded, searched, copied by value and by path, no digit lost', async ({ page }) => {
    await run(page, `SELECT '{"name": "Anna", "items": [{"id": 12345678901234567890, "odd key": null}]}'::JSON AS doc`)
    await page.keyboard.press('Shift+Enter')
    const tree = viewer(page).getByRole('tree')
    await expect(tree.getByRole('treeitem')).toHaveCount(6)
    await expect(tree).toContainText('12345678901234567890')
    await expectAccessible(page)

    await tree.focus()
    await page.keyboard.press('ArrowLeft')
    await expect(tree.getByRole('treeitem')).toHaveCount(1)
    await page.keyboard.press('ControlOrMeta+f')
    await page.keyboard.type('odd')
    await expect(tree.getByRole('treeitem', { selected: true })).toContainText('odd key')
    await expect(viewer(page).getByText('$.items[0]."odd key"')).toBeVisible()
    await viewer(page).getByRole('button', { name: 'Copy the path' }).click()
    await expect.poll(() => clipboard(page)).toBe('$.items[0]."odd key"')
    await tree.focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ControlOrMeta+c')
    await expect.poll(() => clipboard(page)).toBe('12345678901234567890')
    await page.keyboard.press('Escape')
    await expect(viewer(page)).toHaveCount(0)
  })

  test('a cell that its page has cut is there whole, and its text is searched', async ({ page }) => {
    await run(page, `SELECT repeat('x', 9000) || 'needle' || repeat('y', 9000) AS long, NULL AS nothing`)
    await page.keyboard.press('Shift+Enter')
    await expect(viewer(page)).toContainText(/18.006 characters/)
    await page.keyboard.press('Escape')
    await cell(page, 0, 0).dblclick()
    const search = viewer(page).getByRole('searchbox')
    await search.fill('NEEDLE')
    await expect(viewer(page).locator('mark')).toHaveText('needle')
    await expect(viewer(page).locator('mark')).toBeInViewport()
    await viewer(page).getByRole('button', { name: 'Copy' }).click()
    await expect.poll(async () => (await clipboard(page)).length).toBe(18_006)
    await cell(page, 0, 1).click()
    await expect(viewer(page)).toContainText('NULL: there is no value')
  })

  test('bytes are shown in hex and as the picture that they are, from either engine', async ({ page }) => {
    await run(page, `SELECT from_base64('${PNG}') AS picture, 'abc\\x00\\xFF'::BLOB AS bytes`)
    await page.keyboard.press('Shift+Enter')
    const picture = viewer(page).getByRole('img', { name: 'picture, row 1' })
    await expect(viewer(page)).toContainText('image/png · 10 × 10 px')
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(10)
    await viewer(page).getByRole('radio', { name: 'Bytes' }).click()
    await expect(viewer(page)).toContainText('89 50 4e 47 0d 0a 1a 0a')
    await cell(page, 0, 1).click()
    await expect(viewer(page)).toContainText(/00000000\s*61 62 63 00 ff\s+abc··/)

    await page.getByRole('radio', { name: 'Source', exact: true }).first().click()
    await writeSql(page, `SELECT '\\x61626300ff'::bytea AS bytes`)
    await page.keyboard.press('ControlOrMeta+Enter')
    // The cell of the result before stands there until this one comes.
    await expect(page.getByRole('columnheader', { name: /bytea/ })).toBeVisible()
    await cell(page, 0, 0).click()
    await page.keyboard.press('Shift+Enter')
    await expect(viewer(page)).toContainText(/00000000\s*61 62 63 00 ff\s+abc··/)
    await viewer(page).getByRole('button', { name: 'Copy' }).click()
    await expect.poll(() => clipboard(page)).toBe('\\x61626300ff')
  })

  test('an instant is told in UTC and in the zone of this machine', async ({ page }) => {
    await run(page, `SELECT TIMESTAMPTZ '2024-02-29 12:00:00.5+00' AS at`)
    await page.keyboard.press('Shift+Enter')
    await expect(viewer(page).locator('dl')).toContainText('Unix seconds1709208000.5')
    await expect(viewer(page).locator('dl')).toContainText(/UTC[^]*2024-02-29 12:00:00\.5\+00/)
  })
})

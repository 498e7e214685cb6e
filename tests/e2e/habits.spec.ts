import { expect, test } from '@playwright/test'
import { expectAccessibleInEveryTheme } from './support/accessibility.ts'
import { startApp, type App } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

test.describe('habits', () => {
  let app: App
  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test('a sheet lists every shortcut, a key is bound anew, a conflict is shown, and it lasts', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await expect(page.locator('.monaco-editor').first()).toBeVisible()
    await goTo(page, 'Settings')
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Shortcuts' })
    for (const label of ['Run all statements', 'Explain the current statement', 'Save the query as a file', 'Show all shortcuts']) {
      await expect(sheet.getByText(label, { exact: true })).toBeVisible()
    }
    const listed = await sheet.locator('dd').evaluateAll((rows) =>
      rows.flatMap((row) => [...row.children].map((chord) => [...chord.querySelectorAll('kbd')].map(({ textContent }) => textContent).join('+'))),
    )
    expect(listed).toEqual(expect.arrayContaining([
      'Ctrl+⏎', 'Ctrl+Shift+⏎', 'F5', 'F7', 'Shift+F7', 'Ctrl+.', 'Esc', 'Ctrl+P', 'Ctrl+K', 'F1', 'Ctrl+T', 'Ctrl+W', 'Ctrl+Shift+T', 'Ctrl+1',
      'Ctrl+9', 'Ctrl+S', 'Ctrl+/', 'Ctrl+Space', 'Alt+Shift+F', 'F4',
    ]))
    await page.keyboard.press('Escape')
    await expect(sheet).toHaveCount(0)

    const change = (label: string) => page.getByRole('button', { name: `Change the keys of “${label}”` })
    await change('Run all statements').click()
    await page.keyboard.press('F7')
    await expect(page.getByText('also: Explain the current statement')).toBeVisible()
    await change('Run all statements').click()
    await page.keyboard.press('F9')
    await expect(page.getByText('also: Explain the current statement')).toHaveCount(0)

    await page.reload()
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, "SELECT 'by F9' AS answer")
    await page.keyboard.press('F9')
    await expect(page.getByRole('gridcell', { name: 'by F9', exact: true })).toBeVisible()
    await goTo(page, 'Settings')
    const giveBack = page.getByRole('button', { name: 'Give “Run all statements” its own keys back' })
    await giveBack.click()
    await expect(giveBack).toHaveCount(0)
  })

  test('a snippet of one’s own is kept, comes up by its letters, and is changed and removed in Settings', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, "SELECT 'cost: $5' AS kept")
    await page.keyboard.press('ControlOrMeta+k')
    await page.keyboard.type('Keep the selection as a snippet')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'A snippet of your own' })
    await dialog.getByLabel('Letters that bring it up').fill('two words')
    await expect(dialog.getByText('One word of at most 20 letters and digits.')).toBeVisible()
    await dialog.getByLabel('Letters that bring it up').fill('zcost')
    await dialog.getByLabel('What it is').fill('What it costs')
    await dialog.getByRole('button', { name: 'Keep it' }).click()
    await expect(dialog).toHaveCount(0)

    await page.reload()
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, ' ')
    await page.keyboard.type('zcost')
    await expect(page.locator('.suggest-widget.visible')).toContainText('What it costs')
    await page.keyboard.press('Tab')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByRole('gridcell', { name: 'cost: $5', exact: true })).toBeVisible()

    await goTo(page, 'Settings')
    const snippets = page.getByRole('list', { name: 'Snippets of your own' })
    await expect(snippets).toContainText('zcost')
    await page.getByRole('button', { name: 'Remove zcost' }).click()
    await expect(snippets.getByRole('listitem')).toHaveCount(0)
  })

  test('numbers and instants are written as a person likes them, everywhere', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Settings')
    await page.getByLabel('1,234,567.89').check()
    await page.getByLabel('Time zone', { exact: true }).selectOption('Asia/Tokyo')
    await goTo(page, 'Explore')
    await writeSql(page, `SELECT 1234567 AS amount, timestamptz '2024-07-01 12:00:00+00' AS moment`)
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByRole('gridcell', { name: '1,234,567', exact: true })).toBeVisible()
    await expect(page.getByRole('gridcell', { name: '2024-07-01 21:00:00+09', exact: true })).toBeVisible()

    await goTo(page, 'Live')
    await expect(page.getByRole('region', { name: /^Behind/ })).toHaveAttribute('title', /\+09:00 \(Asia\/Tokyo\)/)
    const orders = page.getByRole('region', { name: 'Tables', exact: true }).getByRole('row', { name: /public\.orders/ }).first()
    await expect(orders).toContainText(/\d,\d{3}/)
    await goTo(page, 'Schema')
    await page.getByRole('option', { name: /^orders/ }).click()
    await page.getByRole('tab', { name: 'Statistics' }).click()
    await expect(page.getByTestId('statistics-placed_at')).toContainText(/\d:\d\d:\d\d(\.\d+)?\+09/)
    await page.getByRole('tab', { name: 'First rows' }).click()
    await expect(page.getByRole('region', { name: 'The first 50 rows' })).toContainText(/\d\d:\d\d:\d\d(\.\d+)?\+09/)
    await page.getByRole('button', { name: 'Picture' }).click()
    await goTo(page, 'Settings')
    await page.getByLabel('1\u202f234\u202f567.89').check()
    await page.getByLabel('Time zone', { exact: true }).selectOption('')
  })

  test('larger, smaller and the usual size, and the editor still knows where it is clicked', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, 'SELECT 1 AS first;\nSELECT 2 AS second;')
    await page.keyboard.press('ControlOrMeta+=')
    await page.keyboard.press('ControlOrMeta+=')
    await expect.poll(() => page.evaluate(() => document.documentElement.style.zoom)).toBe('1.25')
    await page.locator('.view-line').filter({ hasText: 'second' }).click()
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByRole('gridcell', { name: '2', exact: true }).last()).toBeVisible()
    const overflow = await page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight)
    expect(overflow).toBeLessThanOrEqual(1)
    await page.keyboard.press('ControlOrMeta+0')
    await expect.poll(() => page.evaluate(() => document.documentElement.style.zoom)).toBe('')
  })

  test('what happens out of sight is told without taking the focus, is reached by a key, and shown by a click', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, 'SELECT ')
    const notices = page.getByRole('region', { name: 'Notices' })

    await test.step('a verification goes on while one types elsewhere', async () => {
      await page.keyboard.press('ControlOrMeta+Alt+v')
      const panel = page.getByRole('region', { name: 'Verification' })
      await expect(panel.getByRole('progressbar')).toBeVisible()
      await expect(panel).toContainText(/rows a second, about .* to go/)
      await expect(panel.getByRole('button', { name: 'Cancel' })).toBeVisible()
      await goTo(page, 'Explore')
      await page.locator('.monaco-editor').filter({ visible: true }).first().click()
      await page.keyboard.press('ControlOrMeta+End')
      await page.keyboard.insertText('1 AS typed')
      await expect(notices).toContainText('The copy is equal to its source.', { timeout: 60_000 })
      await page.keyboard.insertText('_on')
      await expect(page.locator('.monaco-editor').filter({ visible: true }).first()).toContainText('1 AS typed_on')
      await page.screenshot({ path: 'test-results/screenshots/notice-light.png' })
    })

    await test.step('Ctrl+Alt+N goes there, Esc back, and its button shows the place', async () => {
      await page.keyboard.press('ControlOrMeta+Alt+n')
      await expect(notices.getByRole('button', { name: 'Show Live' })).toBeFocused()
      await expectAccessibleInEveryTheme(page, 'notice')
      await page.keyboard.press('Escape')
      expect(await page.evaluate(() => document.activeElement?.closest('.monaco-editor') !== null)).toBe(true)
      await notices.getByRole('button', { name: 'Show Live' }).click()
      await expect(page.getByRole('region', { name: 'Verification' })).toBeVisible()
      await expect(notices.getByRole('listitem')).toHaveCount(0)
    })
  })

  test('light, dark and contrast go by the system until a person chooses, and rows lie as close as they like them', async ({ page }) => {
    const shown = () => page.evaluate(() => ({ ...document.documentElement.dataset }))
    await page.emulateMedia({ colorScheme: 'dark', contrast: 'more' })
    await page.goto(app.url)
    await untilFollowing(page)
    expect(await shown()).toMatchObject({ theme: 'dark', contrast: 'high' })
    await page.emulateMedia({ colorScheme: 'light', contrast: null })
    await expect.poll(shown).toMatchObject({ theme: 'light', contrast: 'usual' })
    await goTo(page, 'Settings')
    await page.getByRole('group', { name: 'Theme' }).getByLabel('Dark').check()
    await page.getByLabel('Compact, 24 px rows').check()
    await page.reload()
    await untilFollowing(page)
    expect(await shown()).toMatchObject({ theme: 'dark', density: 'compact' })
    await goTo(page, 'Live')
    const row = page.getByRole('region', { name: 'Tables', exact: true }).getByRole('row', { name: /public\.orders/ }).first()
    await expect.poll(async () => (await row.boundingBox())?.height).toBe(24)
    await goTo(page, 'Settings')
    await page.getByRole('group', { name: 'Theme' }).getByLabel('As the system').check()
    await page.getByLabel('Comfortable, 28 px rows').check()
    await goTo(page, 'Live')
    await expect.poll(async () => (await row.boundingBox())?.height).toBe(28)
  })

  // The last one: it takes the demo away.
  test('without a source every place says what it is for and has one action; a failure says what it means and what to do', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Connect')
    await page.getByRole('button', { name: 'Remove Demo shop' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click({ timeout: 30_000 })

    for (const place of ['Live', 'Explore', 'Schema', 'Compare']) {
      await goTo(page, place)
      const shown = page.getByRole('main').getByRole('region', { name: place, exact: true })
      await expect(shown.getByRole('heading')).toHaveCount(1)
      await expect(shown.getByRole('paragraph')).not.toBeEmpty()
      await expect(shown.getByRole('button')).toHaveCount(1)
      await shown.getByRole('button').click()
      await expect(page.getByRole('heading', { name: 'Connect a Postgres' })).toBeVisible()
    }

    await page.getByLabel('Paste a URL').fill('postgres://nobody@127.0.0.1:1/nothing')
    await expect(page.getByLabel('Database')).toHaveValue('nothing')
    await page.getByRole('button', { name: 'Test connection' }).click()
    const failure = page.getByRole('main').getByRole('alert')
    await expect(failure).toContainText('127.0.0.1')
    await expect(failure).toContainText('Nothing was made on the source.')
    await failure.getByText('Details').click()
    await expect(failure).toContainText('CONNECT_REFUSED')
  })
})

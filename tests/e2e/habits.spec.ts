import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect, test } from '@playwright/test'
import { startApp, type App } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

interface Violation {
  id: string
  impact: string | null
  nodes: { target: string[] }[]
}

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

  test('numbers and instants are written as a person likes them', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Settings')
    await page.getByLabel('1,234,567.89').check()
    await page.getByLabel('Time zone').selectOption('Asia/Tokyo')
    await goTo(page, 'Explore')
    await writeSql(page, `SELECT 1234567 AS amount, timestamptz '2024-07-01 12:00:00+00' AS moment`)
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByRole('gridcell', { name: '1,234,567', exact: true })).toBeVisible()
    await expect(page.getByRole('gridcell', { name: '2024-07-01 21:00:00+09', exact: true })).toBeVisible()
    await goTo(page, 'Settings')
    await page.getByLabel('1\u202f234\u202f567.89').check()
    await page.getByLabel('Time zone').selectOption('')
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

  for (const [name, media] of [
    ['light', { colorScheme: 'light', contrast: null }],
    ['dark', { colorScheme: 'dark', contrast: null }],
    ['high contrast', { colorScheme: 'light', contrast: 'more' }],
  ] as const) {
    test(`what was added has no serious finding of axe in ${name}`, async ({ page }) => {
      await page.emulateMedia({ ...media, reducedMotion: 'reduce' })
      await page.goto(app.url)
      await untilFollowing(page)
      await goTo(page, 'Explore')
      await writeSql(page, 'SELECT country, sum(total) FROM orders WHERE id > :least GROUP BY 1 ORDER BY 2;\nSELECT 1')
      await page.getByRole('group', { name: 'Parameters' }).getByLabel(':least', { exact: true }).fill('10')
      await page.keyboard.press('ControlOrMeta+Shift+Enter')
      await expect(page.getByRole('tablist', { name: 'Results of the statements' })).toBeVisible()

      async function findingsOf(what: string): Promise<void> {
        await page.screenshot({ path: `test-results/screenshots/${what}-${name.replace(' ', '-')}.png`, animations: 'disabled' })
        // Through the protocol, because the content policy lets no foreign script in.
        await page.evaluate(await readFile(axe, 'utf8'))
        const violations = await page.evaluate(async () => {
          const { axe: checker } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
          return (await checker.run()).violations
        })
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        expect(serious.map(({ id, nodes }) => `${what}: ${id} at ${nodes[0]?.target.join(' ')}`)).toEqual([])
      }

      await findingsOf('results')
      await page.locator('.monaco-editor').filter({ visible: true }).first().click()
      await page.keyboard.press('ControlOrMeta+Home')
      await page.keyboard.press('Shift+F7')
      await expect(page.getByTestId('plan').getByText(/costliest/)).toBeVisible()
      await findingsOf('plan')
      await page.keyboard.press('Alt+h')
      await expect(page.getByRole('list', { name: 'History' }).getByRole('button').first()).toBeVisible()
      await findingsOf('history')
      await page.keyboard.press('Alt+Shift+S')
      await expect(page.getByRole('dialog')).toBeVisible()
      await findingsOf('session')
      await page.keyboard.press('Escape')
      await page.keyboard.press('ControlOrMeta+p')
      await page.keyboard.insertText('or')
      await expect(page.getByRole('option').first()).toBeVisible()
      await findingsOf('open-anything')
      await page.keyboard.press('Escape')
      await goTo(page, 'Settings')
      await findingsOf('settings')
    })
  }
})

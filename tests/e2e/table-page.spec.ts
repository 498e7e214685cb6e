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

test.describe('the page of a table', () => {
  let app: App

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test('F4 on a name opens it: columns, statistics, first rows, keys; a bar opens its rows', async ({ page }) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, 'SELECT * FROM orders')
    await page.keyboard.press('F4')
    await expect(page.getByRole('heading', { name: 'public.orders' })).toBeVisible()
    const total = page.getByRole('row', { name: /^total/ })
    await expect(total).toContainText('numeric(12,2)')
    await expect(total).toContainText('DECIMAL(12,2) exact')
    await expect(page.getByText('Rows in the replica')).toBeVisible()

    await page.getByRole('tab', { name: 'Statistics' }).click()
    const status = page.getByTestId('statistics-status')
    await expect(status).toContainText('different')
    await expect(status.getByRole('button', { name: /delivered/ })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Compute again' })).toBeVisible()
    await page.screenshot({ path: 'test-results/screenshots/table-statistics.png' })

    await page.getByRole('tab', { name: 'First rows' }).click()
    await expect(page.getByRole('region', { name: 'The first 50 rows' }).getByRole('row')).toHaveCount(51)

    await page.getByRole('tab', { name: /Keys and indexes/ }).click()
    await expect(page.getByText('orders_pkey').first()).toBeVisible()
    await page.getByRole('button', { name: 'public.customers' }).click()
    await expect(page.getByRole('heading', { name: 'public.customers' })).toBeVisible()

    await page.getByRole('option', { name: /^orders/ }).click()
    await page.getByRole('tab', { name: 'Statistics' }).click()
    const bars = page.getByTestId('statistics-total').getByRole('toolbar')
    await bars.getByRole('button').first().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('result-head')).toContainText(/rows/)
    await expect(page.getByRole('tab', { name: /orders/, selected: true })).toBeVisible()
    await expect(page.locator('.monaco-editor').filter({ visible: true }).first()).toContainText(/total\s>=\s\d+/)
    expect(problems).toEqual([])
  })

  test('the tree opens it with Enter, and its page has no serious finding of axe', async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await page.getByRole('treeitem', { name: /payments/ }).click()
    await page.getByRole('tree').press('Enter')
    await expect(page.getByRole('heading', { name: 'public.payments' })).toBeVisible()
    await page.evaluate(await readFile(axe, 'utf8'))
    for (const part of ['Columns', 'Statistics', 'First rows', 'Keys and indexes']) {
      await page.getByRole('tab', { name: new RegExp(`^${part}`) }).click()
      if (part === 'Statistics') await expect(page.getByRole('button', { name: 'Compute again' })).toBeVisible()
      if (part === 'First rows') await expect(page.getByRole('region', { name: /first 50/ })).toBeVisible()
      const violations = await page.evaluate(async () => {
        const { axe: checker } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
        return (await checker.run()).violations
      })
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious.map(({ id, nodes }) => `${part}: ${id} at ${nodes[0]?.target.join(' ')}`)).toEqual([])
    }
  })
})

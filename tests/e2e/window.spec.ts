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

test.describe('the window', () => {
  let app: App

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test('a result of ten million rows opens at once, scrolls to its end, and keeps memory flat', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, `SELECT n, 'row ' || n AS label, n * 1.5 AS amount FROM range(10000000) AS numbers(n)`)
    await page.keyboard.press('ControlOrMeta+Enter')
    const first = page.getByRole('gridcell', { name: 'row 0', exact: true })
    await expect(first).toBeVisible()
    await expect(page.getByTestId('result-head')).toContainText(/10.000.000 rows/, { timeout: 60_000 })
    await first.click()
    await page.keyboard.press('ControlOrMeta+End')
    await expect(page.getByRole('gridcell', { name: 'row 9999999', exact: true })).toBeVisible()
    await page.keyboard.press('ControlOrMeta+Home')
    await expect(first).toBeVisible()
    const heapBytes = await page.evaluate(
      () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
    )
    expect(heapBytes).toBeLessThan(300e6)
  })

  test('a query that runs long is cancelled, on either engine', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, 'SELECT count(*) FROM range(1000000000) a, range(1000000) b')
    await page.keyboard.press('ControlOrMeta+Enter')
    await page.getByTestId('cancel').click()
    await expect(page.getByTestId('result')).toContainText(/cancelled/i)
    await page.getByRole('radio', { name: 'Source' }).or(page.getByRole('button', { name: 'Source', exact: true })).first().click()
    await writeSql(page, 'SELECT pg_sleep(600)')
    await page.keyboard.press('ControlOrMeta+Enter')
    await page.getByTestId('cancel').click()
    await expect(page.getByTestId('result')).toContainText(/cancelled/i)
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`no place has a serious finding of axe in ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.goto(app.url)
      await untilFollowing(page)
      for (const place of ['Connect', 'Live', 'Explore', 'Compare', 'Settings']) {
        await goTo(page, place)
        // Through the protocol, because the content policy lets no foreign script in.
        await page.evaluate(await readFile(axe, 'utf8'))
        const violations = await page.evaluate(async () => {
          const { axe: checker } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
          return (await checker.run()).violations
        })
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        expect(serious.map(({ id, nodes }) => `${place}: ${id} at ${nodes[0]?.target.join(' ')}`)).toEqual([])
      }
    })
  }
})

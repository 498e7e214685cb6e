import { expect, test } from '@playwright/test'
import { startApp, type App } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

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
})

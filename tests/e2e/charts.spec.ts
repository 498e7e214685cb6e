import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect, test } from '@playwright/test'
import { startApp, type App } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

test.describe('charts and statistics of a result', () => {
  let app: App

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test('a result is drawn, drawn otherwise, and saved as a picture', async ({ page }) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, 'SELECT country, channel, count(*) AS orders, sum(total) AS revenue FROM orders GROUP BY ALL')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByTestId('result-rows')).toContainText(/\d+ rows/)

    await page.keyboard.press('Alt+g')
    const picture = page.getByTestId('chart')
    await expect(picture).toHaveAccessibleName(/^Stacked bar chart of sum\(orders\) by country, split by channel/)
    await page.screenshot({ path: 'test-results/screenshots/chart.png' })

    await page.getByRole('radio', { name: 'Heat map' }).check({ force: true })
    await expect(picture).toHaveAccessibleName(/^Heat map of sum\(orders\)/)
    await page.getByRole('radio', { name: 'Pivot' }).check({ force: true })
    await expect(page.getByRole('region', { name: 'Pivot table' }).getByRole('columnheader', { name: 'web' })).toBeVisible()
    await page.getByRole('radio', { name: 'Bar', exact: true }).check({ force: true })
    await page.getByRole('combobox', { name: 'Split by', exact: true }).selectOption('')
    await page.getByRole('checkbox', { name: 'orders' }).uncheck()
    await page.getByRole('checkbox', { name: 'revenue' }).check()
    await expect(picture).toHaveAccessibleName(/^Bar chart of sum\(revenue\) by country\./)

    const [png] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PNG' }).click()])
    expect((await readFile((await png.path())!)).subarray(1, 4).toString()).toBe('PNG')
    const [svg] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'SVG' }).click()])
    expect(svg.suggestedFilename()).toMatch(/\.svg$/)
    expect(await readFile((await svg.path())!, 'utf8')).toMatch(/^<svg/)

    await page.evaluate(await readFile(axe, 'utf8'))
    const serious = await page.evaluate(async () => {
      interface Found { id: string; impact: string | null; nodes: { target: string[] }[] }
      const { axe: checker } = window as unknown as { axe: { run(): Promise<{ violations: Found[] }> } }
      const { violations } = await checker.run()
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id} at ${nodes[0]?.target.join(' ')}`)
    })
    expect(serious).toEqual([])
    expect(problems).toEqual([])
  })

  test('the statistics of a result, of either engine, narrow it by a click', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await page.getByRole('radio', { name: 'Source' }).click()
    await writeSql(page, 'SELECT status, total FROM orders ORDER BY id LIMIT 2000')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByTestId('result-rows')).toContainText(/2.000 rows/)
    await page.keyboard.press('Alt+i')
    await expect(page.getByTestId('statistics-total')).toContainText('median')
    const delivered = page.getByTestId('statistics-status').getByRole('button', { name: /^delivered/ })
    const count = (await delivered.textContent())!.replace(/\D/g, '')
    await delivered.click()
    await expect(page.getByTestId('result-rows')).toHaveText(new RegExp(`^${[...count].join('\\D?')} rows$`))
  })
})

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { startApp, type App } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

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
    await page.getByRole('button', { name: 'Copy the table' }).click()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^country\t(.*\t)?web(\t|\n)/)
    for (const kind of ['Line', 'Area', 'Scatter', 'Histogram', 'Pie']) {
      await page.getByRole('radio', { name: kind, exact: true }).check({ force: true })
      await expect(picture).toHaveAccessibleName(new RegExp(`^${kind}( chart)? of`))
    }
    await page.getByRole('radio', { name: 'Bar', exact: true }).check({ force: true })
    await page.getByRole('combobox', { name: 'Split by', exact: true }).selectOption('')
    await page.getByRole('checkbox', { name: 'orders' }).uncheck()
    await page.getByRole('checkbox', { name: 'revenue' }).check()
    await page.getByRole('combobox', { name: 'Along the axis', exact: true }).selectOption('country')
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

    // Kept with the saved query, in its file.
    await page.keyboard.press('ControlOrMeta+s')
    await page.getByRole('dialog').getByLabel('File').fill('revenue')
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByRole('tab', { name: 'revenue', exact: true })).toBeVisible()
    expect(await readFile(join(app.home, 'queries', 'revenue.sql'), 'utf8')).toMatch(/^-- chart: .*"kind":\s*"bar"/m)
    await page.keyboard.press('Alt+w')
    await page.keyboard.press('Alt+o')
    await page.getByRole('list', { name: 'Saved queries' }).getByRole('button', { name: /revenue/ }).click()
    await page.getByTestId('run').click()
    await expect(page.getByTestId('result-rows')).toContainText(/\d+ rows/)
    await page.keyboard.press('Alt+g')
    await expect(picture).toHaveAccessibleName(/^Bar chart of sum\(revenue\) by country\./)
    expect(problems).toEqual([])
  })

  test('the statistics of a result, of either engine, narrow it by a click, and are stopped', async ({ page }) => {
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

    await page.getByRole('radio', { name: 'Replica' }).click()
    await writeSql(page, 'SELECT hash(i) AS a, hash(i + 1) AS b, hash(i + 2) AS c, hash(i + 3) AS d FROM range(5000000) AS r(i)')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByTestId('result-rows')).toHaveText(/5.000.000 rows/, { timeout: 60_000 })
    await page.keyboard.press('Alt+i')
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await expect(page.getByRole('region', { name: 'Statistics' }).getByRole('status')).toContainText('stopped')
  })
})

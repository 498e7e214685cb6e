import { readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { connectToDemo, startApp, type App } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

const screenshots = 'test-results/screenshots'

test.describe("a newcomer's road", () => {
  let app: App

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test('the demo comes up, is copied and followed, queried and compared', async ({ page }) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))

    await test.step('it opens on Live, copies, and then follows', async () => {
      await page.goto(app.url)
      expect(new URL(page.url()).search, 'the token has left the address bar').toBe('')
      await expect(page.getByRole('heading', { name: /^(Following|Idle|Up to date|Everything)/ })).toBeVisible({ timeout: 60_000 })
      await expect(page.getByRole('contentinfo')).toContainText(/behind|idle|up to date/)
      await expect(page.getByText('public.orders')).toBeVisible()
    })

    const source = await connectToDemo(app.home)
    try {
      await test.step('a new order on the source is in a query that starts within a second of its commit', async () => {
        await goTo(page, 'Explore')
        const id = 900_000_001
        // The instant of the run tells one answer from the one before.
        await writeSql(
          page,
          `SELECT CASE count(*) WHEN 1 THEN 'seen' ELSE 'missing' END || ' at ' || current_timestamp AS found FROM orders WHERE id = ${id}`,
        )
        const columns = await source.query<{ name: string }>(
          `SELECT quote_ident(attname) AS name FROM pg_attribute
           WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> 'id'`,
        )
        const names = columns.rows.map((row) => row.name).join(', ')
        await source.query(
          `INSERT INTO orders (id, ${names}) OVERRIDING SYSTEM VALUE SELECT ${id}, ${names} FROM orders ORDER BY id LIMIT 1`,
        )
        const committedAtMs = Date.now()
        const answer = page.getByRole('gridcell', { name: / at \d{4}-/ })
        let startedAtMs = 0
        for (let told = ''; !told.startsWith('seen'); ) {
          startedAtMs = Date.now()
          await page.keyboard.press('ControlOrMeta+Enter')
          await expect(answer).not.toHaveText(told === '' ? /^$/ : told)
          told = (await answer.textContent()) ?? ''
        }
        expect(startedAtMs - committedAtMs).toBeLessThanOrEqual(1000)
      })
    } finally {
      await source.end()
    }

    await test.step('exact values, and NULL told from empty', async () => {
      await writeSql(page, `SELECT 9007199254740993::BIGINT AS big, 0.1::DECIMAL(30,20) AS exact, NULL AS nothing, '' AS empty`)
      await page.keyboard.press('ControlOrMeta+Enter')
      await expect(page.getByRole('gridcell', { name: /9.007.199.254.740.993/ })).toBeVisible()
      await expect(page.getByRole('gridcell', { name: 'NULL' })).toBeVisible()
    })

    await test.step('an error is told with its place', async () => {
      await writeSql(page, 'SELECT nonsense FROM orders')
      await page.keyboard.press('ControlOrMeta+Enter')
      await expect(page.getByTestId('result').getByRole('alert')).toContainText(/nonsense/)
      await expect(page.locator('.squiggly-error')).toBeVisible()
    })

    await test.step('the replica cannot be written, and the source is read-only', async () => {
      await writeSql(page, 'DELETE FROM orders')
      await page.keyboard.press('ControlOrMeta+Enter')
      await expect(page.getByTestId('result').getByRole('alert')).toBeVisible()
      await writeSql(page, 'SELECT country, count(*) AS orders, sum(total) AS revenue FROM orders GROUP BY 1 ORDER BY 3 DESC')
      await page.keyboard.press('ControlOrMeta+Enter')
      await expect(page.getByRole('gridcell', { name: 'DE', exact: true })).toBeVisible()
    })

    await test.step('both engines give the same answer, side by side', async () => {
      await goTo(page, 'Compare')
      await writeSql(page, 'SELECT country, count(*) AS orders, sum(total) AS revenue FROM orders GROUP BY country ORDER BY country')
      await page.keyboard.press('ControlOrMeta+Enter')
      await expect(page.getByText(/same answer/i).first()).toBeVisible({ timeout: 40_000 })
      await expect(page.getByTestId('compare')).toBeVisible({ timeout: 40_000 })
    })

    await test.step('each place has its picture, light and dark', async () => {
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme })
        for (const place of ['Connect', 'Live', 'Explore', 'Compare']) {
          await goTo(page, place)
          await page.screenshot({ path: `${screenshots}/${place.toLowerCase()}-${scheme}.png`, animations: 'disabled' })
        }
      }
    })

    expect(problems).toEqual([])
  })

  test('tabs and their text survive a crash of the app, and following goes on', async ({ page }) => {
    await page.goto(app.url)
    await goTo(page, 'Explore')
    await writeSql(page, 'SELECT 42 AS kept_over_a_crash')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByRole('gridcell', { name: '42' })).toBeVisible()
    await expect
      .poll(() => readFile(`${app.home}/tabs/demo.json`, 'utf8').catch(() => ''))
      .toContain('kept_over_a_crash')
    await app.kill()
    const again = await startApp({ home: app.home })
    try {
      await page.goto(again.url)
      await untilFollowing(page)
      await goTo(page, 'Explore')
      await expect(page.locator('.monaco-editor').filter({ visible: true }).first()).toContainText('kept_over_a_crash')
    } finally {
      await again.stop()
    }
  })
})

import { readFile } from 'node:fs/promises'
import { expect, test, type Locator } from '@playwright/test'
import { connectToDemo, startApp, type App } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

const screenshots = 'test-results/screenshots'

interface Box {
  x: number
  y: number
  width: number
  height: number
}

async function boxesOf(nodes: Locator): Promise<Box[]> {
  return nodes.evaluateAll((all) => all.map((node) => {
    const { x, y, width, height } = node.querySelector('rect')!.getBoundingClientRect()
    return { x, y, width, height }
  }))
}

const overlap = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height

test.describe('the schema', () => {
  let app: App

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test('its picture draws the tables and their keys, is walked by keys, narrowed, zoomed and saved, and opens a page', async ({ page }) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Schema')
    const picture = page.getByTestId('schema-picture')
    const orders = picture.getByRole('link', { name: /^orders / })

    await test.step('every table is there, none over another, with the keys between them', async () => {
      await expect(picture).toHaveAccessibleName(/10 tables, [1-9]\d* foreign keys/)
      await expect(orders).toContainText('customer_id →')
      const boxes = await boxesOf(picture.getByRole('link'))
      expect(boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) => overlap(one, other)))).toEqual([])
      await page.screenshot({ path: `${screenshots}/schema-picture.png` })
    })

    await test.step('the keys of a table stand out where it is reached, and arrows go to the next one', async () => {
      await picture.focus()
      await page.keyboard.press('Tab')
      const reached = picture.locator('[role="link"]:focus')
      await expect(reached).toHaveCount(1)
      const first = await reached.textContent()
      const directions = ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']
      for (const direction of directions) {
        await page.keyboard.press(direction)
        if ((await reached.textContent()) !== first) break
      }
      expect(await reached.textContent()).not.toBe(first)
      await orders.focus()
      const lit = picture.locator('path[stroke="var(--ink)"]')
      expect(await lit.count()).toBeGreaterThan(0)
    })

    await test.step('a table is taken out by the keys of the list', async () => {
      await page.getByRole('listbox', { name: 'Tables' }).focus()
      await page.keyboard.press('Home')
      await page.keyboard.press('Space')
      await expect(picture.getByRole('link')).toHaveCount(9)
    })

    await test.step('it is zoomed, and shown whole again', async () => {
      const before = (await orders.boundingBox())!.width
      await picture.focus()
      await page.keyboard.press('+')
      await expect.poll(async () => (await orders.boundingBox())!.width).toBeGreaterThan(before)
      await page.keyboard.press('0')
      await expect.poll(async () => Math.round((await orders.boundingBox())!.width)).toBe(Math.round(before))
    })

    await test.step('it is saved as SVG and as PNG', async () => {
      const [svg] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'SVG' }).click()])
      const document = await readFile((await svg.path())!, 'utf8')
      expect(document).toMatch(/^<svg/)
      expect(document).not.toContain('var(--')
      const [png] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PNG' }).click()])
      expect((await readFile((await png.path())!)).subarray(1, 4).toString()).toBe('PNG')
    })

    await orders.press('Enter')
    await expect(page.getByRole('heading', { name: 'public.orders' })).toBeVisible()
    expect(problems).toEqual([])
  })

  test('F4 on a name opens its page: both sides, columns, statistics, first rows, keys and indexes; a bar opens its rows', async ({ page }) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, 'SELECT * FROM orders')
    await page.keyboard.press('F4')
    await expect(page.getByRole('heading', { name: 'public.orders' })).toBeVisible()

    await test.step('what it weighs on both sides, how it changes, and when last', async () => {
      await expect(page.getByText('Two years of orders')).toBeVisible()
      const source = page.getByRole('region', { name: 'Source', exact: true })
      await expect(source).toContainText(/\d [kM]B/)
      await expect(source).toContainText(/heap .* · indexes .*/)
      const replica = page.getByRole('region', { name: 'Replica', exact: true })
      await expect(replica).toContainText(/\d rows/)
      await expect(replica).toContainText(/in the log, written with the next checkpoint|at most \d/)
      await expect(replica).toContainText(/copied (now|.* ago)/)
      const changes = page.getByRole('region', { name: 'Changes', exact: true })
      await expect(changes).toContainText('ready')
      const client = await connectToDemo(app.home)
      try {
        await client.query('UPDATE orders SET total = total WHERE id = (SELECT max(id) FROM orders)')
      } finally {
        await client.end()
      }
      await expect(changes).toContainText(/last change (now|\d+ s ago)/)
    })

    await test.step('its columns with types, keys and where they refer to', async () => {
      const total = page.getByRole('row', { name: /^total/ })
      await expect(total).toContainText('numeric(12,2)')
      await expect(total).toContainText('DECIMAL(12,2) exact')
      await expect(page.getByRole('row', { name: /^key id/ })).toContainText('never')
      await expect(page.getByRole('row', { name: /^customer_id/ }).getByRole('button', { name: '→ customers' })).toBeVisible()
      const columns = page.getByRole('region', { name: 'Columns' })
      expect(await columns.evaluate((region) => region.scrollWidth - region.clientWidth), 'pixels beside the page').toBe(0)
      await page.screenshot({ path: `${screenshots}/table-columns.png` })
    })

    await test.step('its statistics', async () => {
      await page.getByRole('tab', { name: 'Statistics' }).click()
      const status = page.getByTestId('statistics-status')
      await expect(status).toContainText('different')
      await expect(status.getByRole('button', { name: /delivered/ })).toBeVisible()
      await expect(page.getByRole('button', { name: 'Compute again' })).toBeVisible()
      await page.screenshot({ path: `${screenshots}/table-statistics.png` })
    })

    await test.step('its first rows', async () => {
      await page.getByRole('tab', { name: 'First rows' }).click()
      await expect(page.getByRole('region', { name: 'The first 50 rows' }).getByRole('row')).toHaveCount(51)
    })

    await test.step('its keys and the indexes on the source, with their size', async () => {
      await page.getByRole('tab', { name: /Keys and indexes/ }).click()
      await expect(page.getByRole('row', { name: /^orders_pkey primary [\d.]+ [kM]B/ })).toBeVisible()
      await page.getByRole('region', { name: 'Keys and indexes' }).getByRole('button', { name: 'public.customers' }).click()
      await expect(page.getByRole('heading', { name: 'public.customers' })).toBeVisible()
    })

    await test.step('a bar of a histogram opens its rows in Explore', async () => {
      await page.getByRole('option', { name: /^orders/ }).click()
      await page.getByRole('tab', { name: 'Statistics' }).click()
      const bars = page.getByTestId('statistics-total').getByRole('toolbar')
      await bars.getByRole('button').first().focus()
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('Enter')
      await expect(page.getByTestId('result-head')).toContainText(/rows/)
      await expect(page.getByRole('tab', { name: /orders/, selected: true })).toBeVisible()
      await expect(page.locator('.monaco-editor').filter({ visible: true }).first()).toContainText(/total\s>=\s\d+/)
    })

    await test.step('the tree opens a page with Enter', async () => {
      await page.getByRole('treeitem', { name: /payments/ }).click()
      await page.getByRole('tree').press('Enter')
      await expect(page.getByRole('heading', { name: 'public.payments' })).toBeVisible()
    })
    expect(problems).toEqual([])
  })
})

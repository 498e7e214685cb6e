import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect, test } from '@playwright/test'
import { startApp, type App } from './support/app.ts'
import { goTo, untilFollowing } from './support/window.ts'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

test.describe('the picture of the schema', () => {
  let app: App

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test('draws the tables and their keys, is narrowed, zoomed and saved, and opens a page', async ({ page }) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Schema')
    const picture = page.getByTestId('schema-picture')
    await expect(picture).toHaveAccessibleName(/10 tables, [1-9]\d* foreign keys/)
    const orders = picture.getByRole('link', { name: /^orders / })
    await expect(orders).toContainText('customer_id →')
    await page.screenshot({ path: 'test-results/screenshots/schema-picture.png' })

    await page.getByRole('listbox', { name: 'Tables' }).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Space')
    await expect(picture.getByRole('link')).toHaveCount(9)

    const before = (await orders.boundingBox())!.width
    await picture.focus()
    await page.keyboard.press('+')
    await expect.poll(async () => (await orders.boundingBox())!.width).toBeGreaterThan(before)
    await page.keyboard.press('0')
    await expect.poll(async () => Math.round((await orders.boundingBox())!.width)).toBe(Math.round(before))

    const [svg] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'SVG' }).click()])
    const document = await readFile((await svg.path())!, 'utf8')
    expect(document).toMatch(/^<svg/)
    expect(document).not.toContain('var(--')
    const [png] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PNG' }).click()])
    expect((await readFile((await png.path())!)).subarray(1, 4).toString()).toBe('PNG')

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

    await orders.click()
    await expect(page.getByRole('heading', { name: 'public.orders' })).toBeVisible()
    expect(problems).toEqual([])
  })
})

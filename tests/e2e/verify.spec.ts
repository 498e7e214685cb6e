import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from '@playwright/test'
import { expectAccessible } from './support/accessibility.ts'
import { startApp, type App } from './support/app.ts'
import { goTo, untilFollowing } from './support/window.ts'

const screenshots = 'test-results/screenshots'

/** Changes the demo's file while nobody follows into it. */
async function plant(home: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(join(home, 'demo.duckdb'))
  const connection = await instance.connect()
  for (const statement of statements) await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
}

test.describe('the copy is held against its source', () => {
  let app: App
  let home: string

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
    home = app.home
  })
  test.afterAll(() => app.remove())

  test('Verify finds what was planted in the file, Repair mends it, and both stay visible', async ({ page }) => {
    test.setTimeout(180_000)
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))

    await test.step('the demo is copied, and the app closed', async () => {
      await page.goto(app.url)
      await untilFollowing(page)
      await app.stop()
      await plant(
        home,
        'DELETE FROM public.orders WHERE id = (SELECT min(id) FROM public.orders)',
        `UPDATE public.products SET name = 'forged' WHERE id = 7`,
      )
    })

    const second = await startApp({ args: ['--demo'], home })
    try {
      await page.goto(second.url)
      await untilFollowing(page)
      await goTo(page, 'Live')
      const row = page.getByRole('row', { name: /public\.products/ })
      const panel = page.getByRole('region', { name: 'Verification' })

      await test.step('Verify tells the rows and the columns that differ', async () => {
        await expect(row).toContainText('never')
        await page.getByRole('button', { name: 'Verify', exact: true }).click()
        await expect(panel.getByRole('heading', { name: '2 rows of 2 tables differ from the source.' })).toBeVisible({ timeout: 60_000 })
        await expect(panel.getByRole('row', { name: /altered id = 7 name/ })).toBeVisible()
        await expect(panel.getByRole('row', { name: /missing id = / })).toBeVisible()
        await expect(row).toContainText('1 row')
        await page.setViewportSize({ width: 1280, height: 800 })
        await page.screenshot({ path: `${screenshots}/verify-differs-light.png` })
        await page.emulateMedia({ colorScheme: 'dark' })
        await page.screenshot({ path: `${screenshots}/verify-differs-dark.png` })
      })

      await test.step('Repair asks first, mends, and says so', async () => {
        await panel.getByRole('button', { name: 'Repair…' }).click()
        const dialog = page.getByRole('dialog')
        await expect(dialog).toContainText('Nothing is written to the source')
        await expectAccessible(page)
        await page.screenshot({ path: `${screenshots}/verify-repair-dark.png` })
        await dialog.getByRole('button', { name: 'Repair 2 rows' }).click()
        await expect(panel.getByRole('heading', { name: '2 rows mended: the copy is equal to its source.' })).toBeVisible({
          timeout: 60_000,
        })
        await page.screenshot({ path: `${screenshots}/verify-repaired-dark.png` })
      })

      await test.step('the shortcut verifies again, and all is equal', async () => {
        await page.keyboard.press('ControlOrMeta+Alt+v')
        await expect(panel.getByRole('heading', { name: 'The copy is equal to its source.', exact: true })).toBeVisible({
          timeout: 60_000,
        })
        await expect(row).toContainText(/ago|now/)
        await page.emulateMedia({ colorScheme: 'light' })
        await page.setViewportSize({ width: 1920, height: 1080 })
        await page.screenshot({ path: `${screenshots}/verify-equal-light.png` })
        await panel.getByRole('button', { name: 'Put the verification away' }).click()
        await expect(panel).toBeHidden()
      })
      expect(problems).toEqual([])
    } finally {
      await second.stop()
    }
  })
})

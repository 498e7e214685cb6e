import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from '@playwright/test'
import { expectAccessible } from './support/accessibility.ts'
import { startApp, type App } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

test.describe("tables of the user's own", () => {
  let app: App

  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test('a dropped file becomes a table that joins with the replica, is renamed and dropped', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    const held = await page.evaluateHandle(() => {
      const files = new DataTransfer()
      files.items.add(new File(['country,goal\nDE,1000\nFR,2000\n'], 'Sales goals.csv', { type: 'text/csv' }))
      return files
    })
    await page.dispatchEvent('body', 'dragenter', { dataTransfer: held })
    await expect(page.getByText('Drop it to make a table of it')).toBeVisible()
    await page.dispatchEvent('body', 'drop', { dataTransfer: held })
    const dialog = page.getByRole('dialog', { name: 'Bring a file' })
    await expect(dialog.getByLabel('Name of the table')).toHaveValue('sales_goals')
    await dialog.getByRole('button', { name: 'Make the table' }).click()
    await expect(dialog).toContainText('scratch.sales_goals is there, with 2 rows.')
    await page.screenshot({ path: 'test-results/screenshots/scratch-import.png' })
    await dialog.getByRole('button', { name: 'Open the rows' }).click()
    await expect(page.getByTestId('result-rows')).toHaveText('2 rows')
    await expect(page.getByRole('treeitem', { name: /sales_goals/ })).toBeVisible()

    await writeSql(page, 'CREATE VIEW scratch.reached AS SELECT country, sum(total) / max(goal) AS share FROM orders JOIN scratch.sales_goals USING (country) GROUP BY country')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByRole('treeitem', { name: /reached/ })).toBeVisible()
    await writeSql(page, 'SELECT * FROM scratch.reached')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByRole('gridcell', { name: 'DE', exact: true })).toBeVisible()

    await writeSql(page, 'DROP TABLE orders')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByTestId('result').getByRole('alert')).toContainText('The replica follows its source')

    await page.getByRole('treeitem', { name: /reached/ }).click()
    await page.getByRole('tree').press('Enter')
    await expect(page.getByRole('heading', { name: 'scratch.reached' })).toBeVisible()
    await page.getByRole('button', { name: 'Rename' }).click()
    await expectAccessible(page)
    await page.getByLabel('New name').fill('goals reached')
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
    await expect(page.getByRole('heading', { name: 'scratch.goals reached' })).toBeVisible()
    await page.getByRole('button', { name: 'Drop', exact: true }).click()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Drop the view' }).click()
    await expect(page.getByRole('option', { name: /goals reached/ })).toHaveCount(0)
    await expect(page.getByRole('option', { name: /sales_goals/ })).toBeVisible()
  })

  test('a path that leads nowhere is told, and can be mended; of several files each becomes a table, and one that fails stops no other', async ({ page }) => {
    const parquet = join(app.home, 'rates.parquet')
    const instance = await DuckDBInstance.create()
    const connection = await instance.connect()
    await connection.run(`COPY (SELECT 'EUR' AS currency, 1.07::DECIMAL(9,2) AS rate) TO '${parquet}' (FORMAT parquet)`)
    connection.closeSync()
    instance.closeSync()
    await page.goto(app.url)
    await untilFollowing(page)
    await page.keyboard.press('ControlOrMeta+o')
    const dialog = page.getByRole('dialog', { name: 'Bring a file' })
    await dialog.getByLabel('Or its path on this machine').fill('/nowhere/at/all.parquet')
    await expect(dialog.getByLabel('Name of the table')).toHaveValue('all')
    await dialog.getByRole('button', { name: 'Make the table' }).click()
    await expect(dialog.getByRole('alert')).toContainText('There is no file all.parquet')
    await dialog.getByLabel('Or its path on this machine').fill(parquet)
    await dialog.getByRole('button', { name: 'Make the table' }).click()
    await expect(dialog).toContainText('scratch.rates is there, with 1 row.')
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)

    const held = await page.evaluateHandle(() => {
      const files = new DataTransfer()
      files.items.add(new File(['[{"currency": "EUR", "note": "from JSON"}]'], 'notes.json'))
      files.items.add(new File(['no Parquet at all'], 'broken.parquet'))
      files.items.add(new File(['currency,word\nEUR,from CSV\n'], 'notes.csv'))
      return files
    })
    await page.dispatchEvent('body', 'drop', { dataTransfer: held })
    const several = page.getByRole('dialog', { name: 'Bring 3 files' })
    await expect(several.getByLabel(/^notes\.csv/)).toHaveValue('notes_2')
    await several.getByRole('button', { name: 'Make the tables' }).click()
    await expect(several.getByRole('button', { name: 'Try 1 file again' })).toBeVisible()
    await expect(several.getByRole('status')).toHaveText('2 of 3 files in scratch.')
    await expect(several.getByRole('listitem').filter({ hasText: 'broken.parquet' })).toContainText('could not be read')
    await expect(several.getByRole('listitem').filter({ hasText: 'notes.csv' })).toContainText('1 row')
    await expectAccessible(page)
    await page.screenshot({ path: 'test-results/screenshots/scratch-several.png' })
    await page.keyboard.press('Escape')
    await goTo(page, 'Explore')
    await writeSql(page, "SELECT note || ', ' || word || ', ' || rate AS joined FROM scratch.notes JOIN scratch.notes_2 USING (currency) JOIN scratch.rates USING (currency)")
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByRole('gridcell', { name: 'from JSON, from CSV, 1.07', exact: true })).toBeVisible()
  })
})

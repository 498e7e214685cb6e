import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { expectAccessible } from './support/accessibility.ts'
import { startApp, type App } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

test.describe('saved queries, history and open anything', () => {
  let app: App
  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  test('a query is saved as a file, follows the file, and nobody overwrites the other unseen', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    const editor = page.locator('.monaco-editor').filter({ visible: true }).first()
    const file = join(app.home, 'queries', 'team', 'countries.sql')

    await test.step('Ctrl+S asks for a name once, and writes a file that any tool can read', async () => {
      await writeSql(page, 'SELECT count(*) AS countries FROM customers WHERE country = :country')
      await page.keyboard.press('ControlOrMeta+s')
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('File').fill('team/countries')
      await dialog.getByLabel('Title').fill('Customers of a country')
      await dialog.getByRole('button', { name: 'Save', exact: true }).click()
      await expect(dialog).toHaveCount(0)
      await expect(page.getByRole('tab', { name: 'countries', exact: true })).toBeVisible()
      const text = await readFile(file, 'utf8')
      expect(text).toMatch(/^-- ---\n-- title: Customers of a country\n-- ---\nSELECT count/)
    })

    await test.step('a change is marked until Ctrl+S', async () => {
      await writeSql(page, 'SELECT 1 AS changed_here')
      await expect(page.getByLabel('has changes that are not saved')).toBeVisible()
      await page.keyboard.press('ControlOrMeta+s')
      await expect(page.getByLabel('has changes that are not saved')).toHaveCount(0)
      expect(await readFile(file, 'utf8')).toContain('changed_here')
    })

    const notices = page.getByRole('region', { name: 'Notices' })
    await test.step('changed on disk is changed here, and told', async () => {
      await writeFile(file, 'SELECT 2 AS changed_on_disk\n')
      await expect(editor).toContainText('changed_on_disk')
      await expect(notices).toContainText('team/countries.sql has changed on disk, and its tab has the new text.')
    })

    await test.step('changed on both sides is a question, told where one is', async () => {
      await writeSql(page, 'SELECT 3 AS mine')
      await goTo(page, 'Live')
      await writeFile(file, 'SELECT 4 AS theirs\n')
      await expect(notices).toContainText('team/countries.sql has changed on disk while you have changed it here.')
      await notices.getByRole('button', { name: 'Show Explore' }).click()
      await expect(notices.getByRole('listitem')).toHaveCount(0)
      await expect(page.getByText('was changed on disk, and you have changes')).toBeVisible()
      await expect(editor).toContainText('mine')
      await page.getByRole('button', { name: 'Keep mine' }).click()
      await editor.click()
      await page.keyboard.press('ControlOrMeta+s')
      await expect.poll(() => readFile(file, 'utf8')).toContain('mine')
    })

    await test.step('what git brings is in the list, and opens', async () => {
      await mkdir(join(app.home, 'queries', 'pulled'), { recursive: true })
      await writeFile(join(app.home, 'queries', 'pulled', 'new.sql'), '-- ---\n-- title: Brought by git\n-- ---\nSELECT 5 AS pulled\n')
      await page.keyboard.press('Alt+o')
      await page.getByRole('button', { name: /Brought by git/ }).click()
      await expect(editor).toContainText('pulled')
    })

    await test.step('a query gets another name and goes, from its list and from its tab', async () => {
      const list = page.getByRole('list', { name: 'Saved queries' })
      await list.getByRole('button', { name: /Brought by git/ }).click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Rename…' }).click()
      await page.getByRole('dialog').getByLabel('File').fill('team/countries')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('dialog').getByRole('alert')).toContainText('already')
      await expectAccessible(page)
      await page.getByRole('dialog').getByLabel('File').fill('renamed/newer')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('dialog')).toHaveCount(0)
      await expect(page.getByRole('tab', { name: 'newer', exact: true })).toBeVisible()
      expect(await readFile(join(app.home, 'queries', 'renamed', 'newer.sql'), 'utf8')).toContain('pulled')

      await list.getByRole('button', { name: /Brought by git/ }).focus()
      await page.keyboard.press('Delete')
      await expect(page.getByRole('dialog')).toBeVisible()
      await expectAccessible(page)
      await page.getByRole('dialog').getByRole('button', { name: 'Delete the file' }).click()
      await expect(list.getByRole('button', { name: /Brought by git/ })).toHaveCount(0)
      await expect(editor).toContainText('pulled')
      await expect(readFile(join(app.home, 'queries', 'renamed', 'newer.sql'))).rejects.toThrow('ENOENT')
    })
  })

  test('every run is in the history, found by its words, and opens again', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await page.keyboard.press('Alt+t')
    await writeSql(page, 'SELECT 77 AS remembered_run')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByRole('gridcell', { name: '77', exact: true })).toBeVisible()
    await writeSql(page, 'SELECT remembered_failure')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByTestId('result').getByRole('alert')).toBeVisible()
    await page.keyboard.press('Alt+h')
    const history = page.getByRole('list', { name: 'History' })
    await expect(history.getByRole('button').first()).toContainText('remembered_failure')
    await page.getByRole('searchbox', { name: 'Search the history' }).fill('remembered run')
    await expect(history.getByRole('button')).toHaveCount(1)
    await expect(history.getByRole('button')).toContainText(/1 row/)
    await history.getByRole('button').click()
    await expect(page.locator('.monaco-editor').filter({ visible: true }).first()).toContainText('remembered_run')

    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await expectAccessible(page)
    await page.getByRole('dialog').getByRole('button', { name: 'Clear the history' }).click()
    await expect(page.getByText(/Nothing that was run has these words|What you run is kept here/)).toBeVisible()
    await page.getByRole('searchbox', { name: 'Search the history' }).fill('')
    await expect(page.getByText('What you run is kept here, on this machine only.')).toBeVisible()
  })

  test('Ctrl+P opens a table, a column, a saved query and something that was run, by a few letters', async ({ page }) => {
    await mkdir(join(app.home, 'queries'), { recursive: true })
    await writeFile(join(app.home, 'queries', 'abc.sql'), '-- ---\n-- title: Wombats by zone\n-- ---\nSELECT 6 AS wombats\n')
    await page.goto(app.url)
    await untilFollowing(page)
    await page.keyboard.press('ControlOrMeta+p')
    await page.getByPlaceholder(/Open a table/).fill('customers')
    await expect(page.getByRole('option', { name: /^customers/ }).first()).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('result-rows')).toContainText(/rows/)
    await page.keyboard.press('ControlOrMeta+p')
    await page.getByPlaceholder(/Open a table/).fill('full_name')
    await expect(page.getByRole('option', { name: /^full_name customers/ })).toBeVisible()
    await page.getByPlaceholder(/Open a table/).fill('from public.customers')
    await expect(page.getByRole('group', { name: 'History' }).getByRole('option').first()).toBeVisible()
    await page.getByPlaceholder(/Open a table/).fill('wombats zone')
    await expect(page.getByRole('option', { name: /Wombats by zone/ })).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page.getByPlaceholder(/Open a table/)).toHaveCount(0)
    await expect(page.locator('.monaco-editor').filter({ visible: true }).first()).toContainText('wombats')
  })
})

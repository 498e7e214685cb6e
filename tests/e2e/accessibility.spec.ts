import { expect, test, type Page } from '@playwright/test'
import { expectAccessibleInEveryTheme } from './support/accessibility.ts'
import { startApp, urlOfDemo, type App } from './support/app.ts'
import { focusStops } from './support/focus.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

const places = ['Connect', 'Live', 'Explore', 'Schema', 'Compare', 'Settings']

test.describe('for everybody', () => {
  let app: App
  test.beforeAll(async () => {
    app = await startApp({ args: ['--demo'] })
  })
  test.afterAll(() => app.remove())

  /** What opens is looked at by axe, and closed by Esc the focus is where it was. */
  async function opensAndGivesBack(page: Page, what: string, open: () => Promise<void>, shows = page.getByRole('dialog')): Promise<void> {
    const before = await page.evaluateHandle(() => document.activeElement)
    await open()
    await expect(shows.first()).toBeVisible()
    await expectAccessibleInEveryTheme(page, what)
    await page.keyboard.press('Escape')
    await expect(shows).toHaveCount(0)
    expect(await before.evaluate((element) => element === document.activeElement), `${what} gives the focus back`).toBe(true)
  }

  async function showGrid(page: Page): Promise<void> {
    await writeSql(page, 'SELECT i AS id, i % 7 AS part FROM range(100000) AS r(i)')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByTestId('result-rows')).toHaveText(/100.000 rows/)
  }

  async function command(page: Page, label: string): Promise<void> {
    await page.keyboard.press('ControlOrMeta+k')
    await page.getByPlaceholder('Search or run a command').fill(label)
    await page.getByRole('option', { name: label }).first().click()
  }

  test('no place, dialog, menu or panel has a serious finding of axe in any theme, and each gives the focus back', async ({ page }) => {
    test.setTimeout(300_000)
    page.setDefaultTimeout(20_000)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.goto(app.url)
    await untilFollowing(page)
    const press = (key: string) => () => page.keyboard.press(key)

    await test.step('the window', async () => {
      await goTo(page, 'Live')
      await opensAndGivesBack(page, 'palette', press('ControlOrMeta+k'))
      await opensAndGivesBack(page, 'shortcuts', press('?'))
      await opensAndGivesBack(page, 'bring a file', press('ControlOrMeta+o'))
      await page.getByRole('banner').getByRole('button').first().focus()
      await opensAndGivesBack(page, 'workspaces', press('Enter'), page.getByRole('menu'))
    })

    await test.step('Live', async () => {
      await expectAccessibleInEveryTheme(page, 'Live')
      await page.getByRole('button', { name: 'Add tables' }).focus()
      await opensAndGivesBack(page, 'add tables', press('Enter'))
      const remove = page.getByRole('button', { name: 'Stop following public.orders', exact: true })
      await remove.focus()
      await opensAndGivesBack(page, 'stop following', press('Enter'))
      await command(page, 'Copy a table again')
      await expectAccessibleInEveryTheme(page, 'choose a table')
      await page.keyboard.press('Escape')
      await command(page, 'Copy everything again')
      await expectAccessibleInEveryTheme(page, 'copy everything')
      await page.keyboard.press('Escape')
      await page.keyboard.press('ControlOrMeta+Alt+v')
      await expect(page.getByRole('region', { name: 'Verification' }).getByRole('heading', { name: /equal/ })).toBeVisible({ timeout: 60_000 })
      await expectAccessibleInEveryTheme(page, 'verification')
      await page.getByRole('button', { name: 'Put the verification away' }).click()
    })

    await test.step('Explore', async () => {
      await goTo(page, 'Explore')
      await writeSql(page, 'SELECT country, sum(total) FROM orders WHERE id > :least GROUP BY 1 ORDER BY 2;\nSELECT 1')
      await page.getByRole('group', { name: 'Parameters' }).getByLabel(':least', { exact: true }).fill('10')
      await page.keyboard.press('ControlOrMeta+Shift+Enter')
      await expect(page.getByRole('tablist', { name: 'Results of the statements' })).toBeVisible()
      await expectAccessibleInEveryTheme(page, 'results')
      await page.locator('.monaco-editor').filter({ visible: true }).first().click()
      await page.keyboard.press('ControlOrMeta+Home')
      await page.keyboard.press('Shift+F7')
      await expect(page.getByTestId('plan').getByText(/costliest/)).toBeVisible()
      await expectAccessibleInEveryTheme(page, 'plan')
      await page.keyboard.press('ControlOrMeta+Enter')
      const cell = page.getByRole('gridcell').nth(1)
      await expect(cell).toBeVisible()
      await page.keyboard.press('Alt+g')
      await expect(page.getByTestId('chart')).toBeVisible()
      await expectAccessibleInEveryTheme(page, 'chart')
      await page.getByRole('radio', { name: 'Rows' }).click()
      await cell.click()
      await page.keyboard.press('Shift+Enter')
      await expectAccessibleInEveryTheme(page, 'cell')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Alt+ArrowDown')
      await expect(page.getByRole('menu')).toBeVisible()
      await expectAccessibleInEveryTheme(page, 'menu of a column')
      await page.keyboard.press('Escape')
      await page.locator('.monaco-editor').filter({ visible: true }).first().click()
      for (const [what, key] of [['export', 'Alt+x'], ['session', 'Alt+Shift+S'], ['save', 'ControlOrMeta+s'], ['open anything', 'ControlOrMeta+p']] as const) {
        await opensAndGivesBack(page, what, press(key))
      }
      await page.keyboard.press('Alt+h')
      await expect(page.getByRole('list', { name: 'History' }).getByRole('button').first()).toBeVisible()
      await expectAccessibleInEveryTheme(page, 'history')
      await page.keyboard.press('Alt+o')
      await expectAccessibleInEveryTheme(page, 'saved queries')
    })

    await test.step('Schema', async () => {
      await goTo(page, 'Schema')
      await expect(page.getByTestId('schema-picture')).toBeVisible()
      await expectAccessibleInEveryTheme(page, 'picture')
      await page.getByRole('option', { name: /^orders/ }).click()
      for (const part of ['Columns', 'Statistics', 'First rows', 'Keys and indexes']) {
        await page.getByRole('tab', { name: new RegExp(`^${part}`) }).click()
        if (part === 'Statistics') await expect(page.getByRole('button', { name: 'Compute again' })).toBeVisible()
        if (part === 'First rows') await expect(page.getByRole('region', { name: /first 50/ })).toBeVisible()
        await expectAccessibleInEveryTheme(page, `table page, ${part}`)
      }
      await page.getByRole('button', { name: 'Picture' }).click()
    })

    await test.step('Compare, Settings and Connect', async () => {
      await goTo(page, 'Compare')
      await writeSql(page, 'SELECT count(*) FROM payments')
      await page.keyboard.press('ControlOrMeta+Enter')
      await expect(page.getByText(/same answer/i).first()).toBeVisible({ timeout: 40_000 })
      await expect(page.getByTestId('compare')).toBeVisible({ timeout: 40_000 })
      await page.getByText('Plan', { exact: true }).first().click()
      await expectAccessibleInEveryTheme(page, 'comparison')
      await goTo(page, 'Settings')
      await expectAccessibleInEveryTheme(page, 'Settings')
      await goTo(page, 'Connect')
      await expectAccessibleInEveryTheme(page, 'Connect')
      await page.getByRole('button', { name: /^Remove / }).first().focus()
      await opensAndGivesBack(page, 'remove a workspace', press('Enter'))
      await page.getByLabel('Paste a URL').fill('postgres://nobody@127.0.0.1:1/nothing')
      await expect(page.getByLabel('Database')).toHaveValue('nothing')
      await page.getByRole('button', { name: 'Test connection' }).click()
      await expect(page.getByRole('main').getByRole('alert')).toBeVisible()
      await expectAccessibleInEveryTheme(page, 'a connection that fails')
    })

    await test.step('what a source is found to be, and its password asked again where it is not kept', async () => {
      await page.getByLabel('Paste a URL').fill(await urlOfDemo(app.home))
      await expect(page.getByLabel('Database')).toHaveValue('shop')
      await page.getByRole('checkbox', { name: /password/i }).uncheck()
      await page.getByRole('button', { name: 'Test connection' }).click()
      await expect(page.getByRole('heading', { name: 'Ready to follow' })).toBeVisible()
      await expectAccessibleInEveryTheme(page, 'report')
      await page.getByRole('button', { name: 'None', exact: true }).click()
      await page.getByRole('treegrid').focus()
      await page.keyboard.press('End')
      await page.keyboard.press('Space')
      await page.getByRole('button', { name: /^Copy and follow/ }).click()
      await expect(page.getByRole('navigation').getByRole('button', { name: 'Live' })).toHaveAttribute('aria-current', 'page', { timeout: 30_000 })
      await untilFollowing(page)
      await goTo(page, 'Connect')
      const earlier = page.getByRole('region', { name: 'Earlier workspaces' }).getByRole('listitem')
      await earlier.filter({ hasText: 'Demo shop' }).getByRole('button', { name: 'Open', exact: true }).click()
      await expect(page.getByRole('banner')).toContainText('Demo shop')
      await expect(page.getByRole('navigation').getByRole('button', { name: 'Live' })).toHaveAttribute('aria-current', 'page')
      await goTo(page, 'Connect')
      const other = earlier.filter({ hasNotText: 'Demo shop' }).getByRole('button', { name: 'Open' })
      await other.focus()
      await opensAndGivesBack(page, 'password', press('Enter'))
    })
  })

  test('Tab goes through every place in the order of the page, is always seen, and never caught', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    for (const place of places) {
      await goTo(page, place)
      if (place === 'Explore' || place === 'Compare') await expect(page.locator('.monaco-editor').filter({ visible: true }).first()).toBeVisible()
      if (place === 'Explore') await showGrid(page)
      const stops = await focusStops(page)
      const wrong = stops.filter(({ hasRing, isInSight }) => !hasRing || !isInSight)
      expect(wrong, `${place}: stops of Tab without a ring or out of sight`).toEqual([])
      const order = stops.map(({ part }) => part).filter((part, at, all) => part !== all[at - 1])
      const all = `${place}: ${stops.map(({ what }) => what).join(', ')}`
      expect(order, all).toEqual(['banner', 'navigation', 'main', 'contentinfo'])
      if (place === 'Explore') expect(stops.filter(({ what }) => /^(gridcell|columnheader) /.test(what)), all).toHaveLength(1)
    }
  })

  test('a grid of any length is one stop of Tab, with its cells and headers reached by arrows', async ({ page }) => {
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await showGrid(page)
    const cell = (row: number, column: number) => page.locator(`.ag-row[row-index="${row}"] .ag-cell[col-id="${column}"]`)
    const isOutside = (): Promise<void> => expect(page.locator('.resultGrid :focus')).toHaveCount(0)
    await cell(0, 0).click()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Tab')
    await isOutside()
    await page.keyboard.press('Shift+Tab')
    await expect(cell(1, 1)).toBeFocused()
    await expect(page.getByTestId('totals')).toContainText('2 rows × 1 column')
    await page.keyboard.press('Shift+Tab')
    await isOutside()
    await page.keyboard.press('Tab')
    await expect(cell(1, 1)).toBeFocused()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    await expect(page.getByRole('columnheader', { name: /part/ })).toBeFocused()
    await page.keyboard.press('Tab')
    await isOutside()
  })

  test('nothing moves where the system asks for stillness', async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.goto(app.url)
    await untilFollowing(page)
    for (const place of places) {
      await goTo(page, place)
      await page.keyboard.press('ControlOrMeta+k')
      const moving = await page.evaluate(() =>
        document.getAnimations().filter(({ effect }) => Number(effect?.getComputedTiming().duration ?? 0) > 0).length,
      )
      expect(moving, place).toBe(0)
      await page.keyboard.press('Escape')
    }
  })
})

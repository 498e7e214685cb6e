import { readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { startApp } from './support/app.ts'
import { goTo, untilFollowing, writeSql } from './support/window.ts'

test('text, session and parameters survive a crash of browser and engine; closed stays closed and can be reopened', async ({
  browser,
}) => {
  const app = await startApp({ args: ['--demo'] })
  let again: Awaited<ReturnType<typeof startApp>> | null = null
  try {
    const page = await browser.newPage()
    await page.goto(app.url)
    await untilFollowing(page)
    await goTo(page, 'Explore')
    await writeSql(page, 'SELECT 1 AS to_be_closed')
    await page.keyboard.press('Alt+t')
    await writeSql(page, 'SELECT :kept AS kept_text')
    await page.getByRole('group', { name: 'Parameters' }).getByLabel(':kept', { exact: true }).fill('a value')
    await page.getByRole('tab', { name: 'Query 1', exact: true }).click()
    await page.keyboard.press('Alt+w')
    await expect(page.getByRole('tab', { name: 'Query 1', exact: true })).toHaveCount(0)
    await page.keyboard.press('Alt+Shift+t')
    await expect(page.getByRole('tab', { name: 'Query 1', exact: true })).toBeVisible()
    await page.keyboard.press('Alt+w')
    await page.locator('.monaco-editor').filter({ visible: true }).first().click()
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.insertText(' -- the last words')
    // No more than a pause in typing: then both die, neither asked to.
    await expect
      .poll(() => readFile(`${app.home}/tabs/demo.json`, 'utf8').catch(() => ''))
      .toContain('the last words')
    await Promise.all([app.kill(), page.context().close()])

    again = await startApp({ home: app.home })
    const after = await browser.newPage()
    await after.goto(again.url)
    await untilFollowing(after)
    await goTo(after, 'Explore')
    await expect(after.locator('.monaco-editor').filter({ visible: true }).first()).toContainText('the last words')
    await expect(after.getByRole('group', { name: 'Parameters' }).getByLabel(':kept', { exact: true })).toHaveValue('a value')
    await expect(after.getByRole('tab', { name: 'Query 1', exact: true })).toHaveCount(0)
    await after.close()
  } finally {
    await again?.stop()
    await app.remove()
  }
})

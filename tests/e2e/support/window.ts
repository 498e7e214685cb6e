import { expect, type Page } from '@playwright/test'

/** Goes to a place by the rail, as a click does. */
export async function goTo(page: Page, place: string): Promise<void> {
  const button = page.getByRole('navigation').getByRole('button', { name: place })
  await button.click()
  await expect(button).toHaveAttribute('aria-current', 'page')
}

/** Replaces what stands in the editor that is shown. */
export async function writeSql(page: Page, sql: string): Promise<void> {
  await page.locator('.monaco-editor').filter({ visible: true }).first().click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(sql)
  await page.keyboard.press('Escape')
}

/** The workspace is open and its changes are applied as they come. */
export async function untilFollowing(page: Page): Promise<void> {
  await expect(page.getByRole('contentinfo')).toContainText(/behind|idle|up to date/, { timeout: 60_000 })
}

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

interface Violation {
  id: string
  impact: string | null
  nodes: { target: string[]; html: string }[]
}

type Media = Parameters<Page['emulateMedia']>[0]

const themes: Record<string, NonNullable<Media>> = {
  light: { colorScheme: 'light', contrast: null },
  dark: { colorScheme: 'dark', contrast: null },
  'high contrast': { colorScheme: 'light', contrast: 'more' },
}

/** A theme has been taken over and its colours have stopped changing: in between they are of neither. */
async function untilStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve))
    await frame()
    await frame()
    const passing = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity)
    await Promise.all(passing.map(({ finished }) => finished.catch(() => undefined)))
  })
}

async function seriousFindings(page: Page, rules: string[] | null): Promise<string[]> {
  // Through the protocol, because the content policy lets no foreign script in.
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(await readFile(axe, 'utf8'))
  await untilStill(page)
  const violations = await page.evaluate(async (only) => {
    const { axe: checker } = window as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } }
    const { violations } = await checker.run(only ? { runOnly: only, resultTypes: ['violations'] } : { resultTypes: ['violations'] })
    return violations
  }, rules)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} at ${nodes[0]?.target.join(' ')}: ${nodes[0]?.html.slice(0, 160)}`)
}

/** axe finds nothing serious in what the page shows now. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await seriousFindings(page, null)).toEqual([])
}

/** Nor in light, dark and high contrast, of which only the colours are looked at again. Leaves the page in light. */
export async function expectAccessibleInEveryTheme(page: Page, what: string): Promise<void> {
  const found: string[] = []
  for (const [theme, media] of Object.entries(themes)) {
    await page.emulateMedia({ ...media, reducedMotion: 'reduce' })
    const serious = await seriousFindings(page, theme === 'light' ? null : ['color-contrast'])
    found.push(...serious.map((finding) => `${what} in ${theme}: ${finding}`))
  }
  await page.emulateMedia({ ...themes.light, reducedMotion: 'reduce' })
  expect(found).toEqual([])
}

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(resolve(import.meta.dirname, '../../../../src/renderer/app/theme.css'), 'utf8')

function tokensOf(selector: string): Map<string, string> {
  const start = css.indexOf(`${selector} {`)
  const block = css.slice(start, css.indexOf('\n}', start))
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/gi)].map((match) => [match[1]!, match[2]!]))
}

const light = tokensOf(':root')
const dark = new Map([...light, ...tokensOf(":root[data-theme='dark']")])
const high = tokensOf(":root[data-contrast='high']")
const highDark = tokensOf(":root[data-contrast='high'][data-theme='dark']")
const themes = {
  light, dark, 'light, high contrast': new Map([...light, ...high]), 'dark, high contrast': new Map([...dark, ...high, ...highDark]),
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(first: string, second: string): number {
  const [dark, bright] = [luminance(first), luminance(second)].sort((one, other) => one - other) as [number, number]
  return (bright + 0.05) / (dark + 0.05)
}

const surfaces = ['paper', 'panel', 'raised']
const words: [string, string[]][] = [
  ['ink', [...surfaces, 'source-tint', 'replica-tint', 'ok-tint', 'warn-tint', 'bad-tint']],
  ['muted', surfaces],
  ['source-text', [...surfaces, 'source-tint']],
  ['replica-text', [...surfaces, 'replica-tint']],
  ['ok', [...surfaces, 'ok-tint']],
  ['warn', [...surfaces, 'warn-tint']],
  ['bad', [...surfaces, 'bad-tint']],
]

describe.each(Object.entries(themes))('the %s theme', (name, tokens) => {
  it.each(words)('%s can be read on every surface that it stands on', (word, backgrounds) => {
    for (const background of backgrounds) {
      const ratio = contrast(tokens.get(word)!, tokens.get(background)!)
      expect(ratio, `${word} on ${background}`).toBeGreaterThanOrEqual(name.includes('high') ? 7 : 4.5)
    }
  })
})

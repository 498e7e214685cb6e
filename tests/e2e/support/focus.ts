import type { Page } from '@playwright/test'

/** A place where Tab stops. */
export interface FocusStop {
  /** Role and name, as far as the element tells them. */
  what: string
  /** The part of the window: `banner`, `navigation`, `main`, `contentinfo`, or `elsewhere`. */
  part: string
  hasRing: boolean
  isInSight: boolean
}

/** Presses Tab from the head of the page until the round is over; an editor is left by Ctrl+M. */
export async function focusStops(page: Page): Promise<FocusStop[]> {
  await page.evaluate(() => {
    // Where the next Tab begins; to blur would leave that where it was.
    document.body.tabIndex = -1
    document.body.focus()
    document.body.removeAttribute('tabindex')
    for (const element of document.querySelectorAll('[data-seen]')) element.removeAttribute('data-seen')
  })
  const stops: FocusStop[] = []
  let hasLeftEditor = false
  for (let press = 0; press < 150; press += 1) {
    await page.keyboard.press('Tab')
    // An editor writes the Tab, until it is told to let it go; all editors are told together.
    if (!hasLeftEditor && (await page.evaluate(() => document.activeElement?.matches('.monaco-editor [data-seen]') ?? false))) {
      await page.keyboard.press('ControlOrMeta+m')
      hasLeftEditor = true
      continue
    }
    const stop = await page.evaluate((): FocusStop | null => {
      const element = document.activeElement
      if (!element || element === document.body || element.hasAttribute('data-seen')) return null
      element.setAttribute('data-seen', '')
      const marked = document.getElementById(element.getAttribute('aria-activedescendant') ?? '')
      const isRing = (one: Element | null): boolean => {
        if (!one) return false
        const { outlineStyle, outlineWidth, boxShadow, strokeWidth, stroke } = getComputedStyle(one)
        const isStroked = one instanceof SVGElement && stroke !== 'none' && Number.parseFloat(strokeWidth) >= 2
        return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) || / (2|3)px/.test(boxShadow) || isStroked
      }
      // The editor's own element has no size.
      const box = (element.closest('.monaco-editor') ?? element).getBoundingClientRect()
      const parts = { header: 'banner', nav: 'navigation', main: 'main', footer: 'contentinfo' }
      const part = Object.entries(parts).find(([tag]) => element.closest(`#root > div > ${tag}`))?.[1] ?? 'elsewhere'
      const name = element.getAttribute('aria-label') ?? element.getAttribute('title') ?? element.textContent ?? ''
      return {
        what: `${element.getAttribute('role') ?? element.tagName.toLowerCase()} ${name.trim().slice(0, 40)}`,
        part,
        // A caret shows where one types.
        hasRing: isRing(element) || isRing(marked) || isRing(element.querySelector('rect')) || element.closest('.monaco-editor') !== null,
        isInSight: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      }
    })
    if (!stop) break
    stops.push(stop)
  }
  return stops
}

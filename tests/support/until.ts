import { setTimeout as delay } from 'node:timers/promises'

/**
 * Waits until `condition` answers with something truthy, and gives it back. What it throws on the way
 * counts as not yet. After `timeoutMs` (default 10,000) it fails, and says what was waited for.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<NonNullable<T>> {
  const startMs = performance.now()
  let last: unknown
  for (;;) {
    try {
      last = await condition()
      if (last) return last as NonNullable<T>
    } catch (error) {
      last = error
    }
    if (performance.now() - startMs >= timeoutMs) {
      const seen = last instanceof Error ? last.message : String(last)
      throw new Error(`waited ${timeoutMs} ms in vain until ${what}; last seen: ${seen}`, {
        cause: last instanceof Error ? last : undefined,
      })
    }
    await delay(everyMs)
  }
}

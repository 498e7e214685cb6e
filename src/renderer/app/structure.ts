/**
 * `next` with every part that is equal to the same part of `before` replaced by it, so that what did
 * not change keeps its identity and is not drawn again. For plain data: arrays and objects of values.
 */
export function keepEqualParts<T>(before: T | null | undefined, next: T): T {
  return share(before, next) as T
}

function share(before: unknown, next: unknown): unknown {
  if (Object.is(before, next)) return before
  if (typeof before !== 'object' || typeof next !== 'object' || before === null || next === null) return next
  if (Array.isArray(before) !== Array.isArray(next)) return next
  if (Array.isArray(next)) {
    const old = before as unknown[]
    const shared = next.map((item, index) => share(old[index], item))
    return shared.length === old.length && shared.every((item, index) => Object.is(item, old[index])) ? before : shared
  }
  const old = before as Record<string, unknown>
  const keys = Object.keys(next)
  const shared: Record<string, unknown> = {}
  let equal = keys.length === Object.keys(old).length
  for (const key of keys) {
    shared[key] = share(old[key], (next as Record<string, unknown>)[key])
    if (!Object.is(shared[key], old[key]) || !(key in old)) equal = false
  }
  return equal ? before : shared
}

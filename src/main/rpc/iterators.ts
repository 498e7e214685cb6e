/** True for what an event iterator procedure answers with. */
export function isIterator(value: unknown): value is AsyncIterator<unknown, unknown, void> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value
}

/** The same iterator with its failures renamed; its end and its `return` pass through unchanged. */
export function withRenamedFailures(
  iterator: AsyncIterator<unknown, unknown, void>,
  rename: (thrown: unknown) => unknown,
): AsyncIterableIterator<unknown, unknown, void> {
  const renamed = async <T>(step: Promise<T> | undefined, otherwise: T): Promise<T> => {
    try {
      return (await step) ?? otherwise
    } catch (thrown) {
      throw rename(thrown)
    }
  }
  const over = { done: true, value: undefined } as const
  return {
    next: () => renamed(iterator.next(), over),
    return: (value) => renamed(iterator.return?.(value), { done: true, value }),
    throw: (error) => renamed(iterator.throw?.(error), over),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

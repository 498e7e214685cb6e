import type { DuckDBConnection } from '@duckdb/node-api'

const INTERRUPT_EVERY_MS = 50

/** Those whose COMMIT is under way. */
const committing = new WeakSet<DuckDBConnection>()

/**
 * Commits, and no interrupt reaches it: DuckDB answers an interrupted COMMIT with an error although it may have
 * taken place, and whoever believes that leaves out what the file says it has.
 */
export async function commit(connection: DuckDBConnection): Promise<void> {
  committing.add(connection)
  try {
    await connection.run('COMMIT')
  } finally {
    committing.delete(connection)
  }
}

/** Breaks off the statement in hand, which is then rejected; a `commit` goes on. */
export function interrupt(connection: DuckDBConnection): void {
  if (!committing.has(connection)) connection.interrupt()
}

/**
 * Interrupts the work on `connection` once `signal` aborts, and goes on doing so until the function that is
 * returned is called: DuckDB loses an interrupt that comes between two of its steps.
 */
export function interruptOnAbort(connection: DuckDBConnection, signal: AbortSignal): () => void {
  let repeating: NodeJS.Timeout | undefined
  const begin = (): void => {
    interrupt(connection)
    repeating ??= setInterval(() => interrupt(connection), INTERRUPT_EVERY_MS)
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  return () => {
    signal.removeEventListener('abort', begin)
    clearInterval(repeating)
  }
}

import type { DuckDBConnection } from '@duckdb/node-api'

const INTERRUPT_EVERY_MS = 50

/**
 * Interrupts the work on `connection` once `signal` aborts, and goes on doing so until the function that is
 * returned is called: DuckDB loses an interrupt that comes between two of its steps.
 */
export function interruptOnAbort(connection: DuckDBConnection, signal: AbortSignal): () => void {
  let repeating: NodeJS.Timeout | undefined
  const interrupt = (): void => {
    connection.interrupt()
    repeating ??= setInterval(() => connection.interrupt(), INTERRUPT_EVERY_MS)
  }
  if (signal.aborted) interrupt()
  else signal.addEventListener('abort', interrupt, { once: true })
  return () => {
    signal.removeEventListener('abort', interrupt)
    clearInterval(repeating)
  }
}

import type { Socket } from 'node:net'
import type pg from 'pg'

const PATIENCE_MS = 1000

function socketOf(client: pg.Client): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream
}

/** Cuts the connection: whatever waits on it is rejected at once. */
export function cutConnection(client: pg.Client): void {
  socketOf(client).destroy()
}

/**
 * Ends the connection. One whose network swallows everything never answers to a goodbye: it is cut
 * after a second, so that this never waits longer.
 */
export async function endConnection(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => cutConnection(client), PATIENCE_MS)
  await client.end().catch(() => {})
  clearTimeout(timer)
}

/**
 * What `work` answers; cuts the connection, which rejects `work`, where `signal` is aborted or
 * `timeoutMs` has gone by. Throws what `signal` was aborted with, and else what `work` throws.
 */
export async function cutShort<Result>(
  client: pg.Client,
  options: { signal?: AbortSignal; timeoutMs?: number },
  work: () => Promise<Result>,
): Promise<Result> {
  const { signal, timeoutMs } = options
  let isLate = false
  const cut = (): void => cutConnection(client)
  const timer =
    timeoutMs === undefined
      ? null
      : setTimeout(() => {
          isLate = true
          cut()
        }, timeoutMs)
  signal?.addEventListener('abort', cut, { once: true })
  if (signal?.aborted) cut()
  try {
    return await work()
  } catch (error) {
    signal?.throwIfAborted()
    // As node-postgres words it, so that one table of faults knows both.
    throw isLate ? new Error('timeout expired') : error
  } finally {
    if (timer) clearTimeout(timer)
    signal?.removeEventListener('abort', cut)
  }
}

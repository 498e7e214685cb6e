import type pg from 'pg'
import type { SourceAddress } from '../../contract/source.ts'
import { connectSource, type ConnectOptions } from './connection.ts'
import { cutShort, endConnection } from './ending.ts'
import { faultOfSourceError } from './faults.ts'

export interface AskOptions extends ConnectOptions {
  /** Of all questions together, once connected. Default: for ever. */
  answerTimeoutMs?: number
}

/**
 * Some questions to the source, on a connection of their own that ends with them. Throws what `signal` was aborted
 * with, whenever that was; else a MillraceError.
 */
export async function askSource<Answer>(
  address: SourceAddress,
  options: AskOptions,
  ask: (client: pg.Client) => Promise<Answer>,
): Promise<Answer> {
  const { signal, answerTimeoutMs: timeoutMs } = options
  const client = await connectSource(address, options)
  try {
    return await cutShort(client, { signal, timeoutMs }, () => ask(client))
  } catch (error) {
    signal?.throwIfAborted()
    throw faultOfSourceError(error)
  } finally {
    await endConnection(client)
  }
}

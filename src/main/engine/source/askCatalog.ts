import type pg from 'pg'
import type { SourceAddress } from '../../contract/source.ts'
import { connectSource } from './connection.ts'
import { cutShort, endConnection } from './ending.ts'

/** The applier waits for the answer, and the source keeps its log meanwhile. */
const TIMEOUT_MS = 15_000

/** One question to the source's catalog, on a connection of its own, bounded in time. */
export async function askCatalog<Answer>(
  address: SourceAddress,
  signal: AbortSignal,
  ask: (client: pg.Client) => Promise<Answer>,
): Promise<Answer> {
  const client = await connectSource(address, { purpose: 'catalog', queryTimeoutMs: TIMEOUT_MS, signal })
  try {
    return await cutShort(client, { signal, timeoutMs: TIMEOUT_MS }, () => ask(client))
  } finally {
    await endConnection(client)
  }
}

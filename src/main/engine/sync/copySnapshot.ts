import pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { MaskKey } from '../masking/maskKey.ts'
import { keySettings } from '../masking/sourceMask.ts'
import { connectSource } from '../source/connection.ts'
import { cutConnection, cutShort } from '../source/ending.ts'
import type { CreatedSlot } from '../source/replicationConnection.ts'
import { CopyConnection } from '../source/tableCopy.ts'
import { SourceError } from './copyFailure.ts'

export interface SnapshotOptions {
  address: SourceAddress
  /** Its snapshot lives as long as the connection that made it. */
  slot: CreatedSlot
  /** For the source to hash by; null where the file has none. */
  maskKey: MaskKey | null
  signal: AbortSignal
}

const SNAPSHOT_TIMEOUT_MS = 30_000

/** A connection that sees what the slot's snapshot sees, read-only. Throws SourceError. */
export async function connectUnderSnapshot({ address, maskKey, signal, slot }: SnapshotOptions): Promise<pg.Client> {
  const client = await connectSource(address, { purpose: 'copy', signal })
  try {
    await cutShort(client, { signal, timeoutMs: SNAPSHOT_TIMEOUT_MS }, async () => {
      if (maskKey) await client.query(keySettings(maskKey))
      await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
      await client.query(`SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(slot.snapshotName)}`)
    })
    return client
  } catch (error) {
    cutConnection(client)
    throw new SourceError(isSnapshotGone(error) ? snapshotLost() : error)
  }
}

/** One copying connection at a time: made when it is needed, and anew after a copy that has failed on it. */
export class SnapshotSource {
  private readonly options: SnapshotOptions
  private connection: CopyConnection | null

  /** `first` is taken over, where there is one under the snapshot already. */
  constructor(options: SnapshotOptions, first: pg.Client | null) {
    this.options = options
    this.connection = first && new CopyConnection(first)
  }

  async open(): Promise<CopyConnection> {
    this.connection ??= new CopyConnection(await connectUnderSnapshot(this.options))
    return this.connection
  }

  /** What runs on it is of no use. */
  drop(): void {
    this.connection?.destroy()
    this.connection = null
  }

  close(): void {
    this.connection?.close()
  }
}

function isSnapshotGone(error: unknown): boolean {
  return ['22023', '42704'].includes((error as { code?: string }).code ?? '')
}

function snapshotLost(): MillraceError {
  return new MillraceError({
    code: 'CONNECTION_LOST',
    message: 'The connection that held the snapshot was lost.',
    advice: 'Check the network; Millrace copies what is missing under a new snapshot.',
  })
}

import type { DuckDBConnection } from '@duckdb/node-api'
import type pg from 'pg'
import { MillraceError } from '../contract/errors.ts'
import type { SourceAddress } from '../contract/source.ts'
import type { MaskRule } from '../contract/masks.ts'
import type { LastVerification } from '../contract/verify.ts'
import { postgresMicrosToEpochMs } from './model/checkpoint.ts'
import { formatLsn } from './model/lsn.ts'
import type { TableState } from './model/tableState.ts'
import type { Host } from './ports.ts'
import { connectSource } from './source/connection.ts'
import { endConnection } from './source/ending.ts'
import { faultOfSourceError } from './source/faults.ts'
import { dropPublications } from './source/publication.ts'
import { dropSlot, readSlotHealth } from './source/slot.ts'
import { attachScratchToRead } from './scratch/scratchFile.ts'
import { interruptOnAbort } from './store/interruption.ts'
import { readMaskedColumns } from './store/maskRecords.ts'
import { readCheckpoint, readSource, readTables, type SourceRecord } from './store/records.ts'
import { readLastVerifications } from './store/reconciliations.ts'
import { ReplicaFile } from './store/replicaFile.ts'

export interface FileStatus {
  filePath: string
  fileBytes: number | null
  source: { address: string; database: string; slotName: string; publicationNames: string[] } | null
  checkpoint: { lsn: string; commitAt: string | null; transactions: number; changes: number } | null
  tables: {
    schema: string
    name: string
    state: TableState
    reason: string | null
    verified: LastVerification | null
    masks: { column: string; rule: MaskRule }[]
  }[]
}

async function openForReading(host: Host, filePath: string): Promise<ReplicaFile> {
  return ReplicaFile.open(filePath, {
    createdBy: `millrace ${host.version}`,
    temporaryFolder: host.paths.temporaryFolder,
    readOnly: true,
  })
}

/** What the file says of itself. Throws FILE_IN_USE while another process writes to it. */
export async function readFileStatus(host: Host, filePath: string): Promise<FileStatus> {
  const file = await openForReading(host, filePath)
  try {
    const source = await readSource(file.bookkeeping)
    const checkpoint = await readCheckpoint(file.bookkeeping)
    const tables = await readTables(file.bookkeeping)
    const verifications = await readLastVerifications(file.bookkeeping)
    const masked = await readMaskedColumns(file.bookkeeping)
    const { commitMicros } = checkpoint ?? { commitMicros: null }
    return {
      filePath,
      fileBytes: file.sizeBytes(),
      source: source && {
        address: source.address,
        database: source.database,
        slotName: source.slotName,
        publicationNames: source.publicationNames,
      },
      checkpoint: checkpoint && {
        lsn: formatLsn(checkpoint.lsn),
        commitAt: commitMicros === null ? null : new Date(postgresMicrosToEpochMs(commitMicros)).toISOString(),
        transactions: Number(checkpoint.transactions),
        changes: Number(checkpoint.changes),
      },
      tables: tables.map(({ oid, schema, name, replicaSchema, replicaTable, state, reason }) => ({
        schema,
        name,
        state,
        reason,
        verified: verifications.get(oid) ?? null,
        masks: masked
          .filter((column) => column.schema === replicaSchema && column.table === replicaTable)
          .map(({ column, rule }) => ({ column, rule })),
      })),
    }
  } finally {
    await file.close()
  }
}

/**
 * A replica opened beside nobody, for work without a stream, with the user's own tables as `scratch`; closed at the end. An abort of `signal` interrupts
 * DuckDB, and comes as the error of the statement in hand.
 */
export async function withFileReadOnly<Result>(
  host: Host,
  filePath: string,
  signal: AbortSignal,
  work: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  const file = await openForReading(host, filePath)
  try {
    const connection = await file.connect()
    const endInterrupting = interruptOnAbort(connection, signal)
    try {
      if ((await attachScratchToRead(connection, filePath)) === 'unreadable') {
        host.logger.warn('the file of your own tables could not be opened, and is left out')
      }
      return await work(connection)
    } finally {
      endInterrupting()
      connection.closeSync()
    }
  } finally {
    await file.close()
  }
}

/** On another cluster, a slot of this name would be somebody else's. Not every role may ask. */
async function refuseOtherCluster(client: pg.Client, source: SourceRecord): Promise<void> {
  const { systemId } = await readSlotHealth(client, source.slotName)
  if (systemId === null || systemId === source.systemId) return
  throw new MillraceError({
    code: 'SOURCE_DIFFERS',
    message: 'This file belongs to another Postgres cluster than the one that answers here.',
    advice: 'Check host and port; nothing was dropped.',
  })
}

/**
 * Drops the slot and the publications that this file made. The file stays as it is and cannot be
 * followed any more. Throws FILE_IN_USE while it is being followed.
 */
export async function dropFromSource(
  host: Host,
  options: { filePath: string; address: SourceAddress },
): Promise<{ droppedSlot: boolean; slotName: string; droppedPublications: string[] }> {
  const file = await openForReading(host, options.filePath)
  try {
    const source = await readSource(file.bookkeeping)
    if (!source) {
      throw new MillraceError({
        code: 'WORKSPACE_NONE',
        message: 'This file has made nothing on any source.',
        advice: 'There is nothing to drop.',
      })
    }
    const client = await connectSource(options.address, { purpose: 'drop' })
    try {
      await refuseOtherCluster(client, source)
      const droppedSlot = (await dropSlot(client, source.slotName, { waitMs: 10_000 })) === 'dropped'
      const droppedPublications = await dropPublications(client, source.publicationNames)
      return { droppedSlot, slotName: source.slotName, droppedPublications }
    } finally {
      await endConnection(client)
    }
  } catch (error) {
    throw faultOfSourceError(error)
  } finally {
    await file.close()
  }
}

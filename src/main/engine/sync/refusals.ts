import type pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { Lsn } from '../model/lsn.ts'
import { missingPublications } from '../source/publication.ts'
import type { SystemIdentity } from '../source/replicationConnection.ts'
import { readSlotHealth } from '../source/slot.ts'
import type { SourceRecord } from '../store/records.ts'

/** What can be mended by copying everything again, from this same source. */
const mendedByCopying: ReadonlySet<string> = new Set(['SLOT_MISSING', 'SLOT_LOST', 'SLOT_AHEAD', 'SOURCE_RESTORED'])

export function isMendedByCopying(error: unknown): boolean {
  return error instanceof MillraceError && mendedByCopying.has(error.code)
}

/** Throws SOURCE_DIFFERS where another cluster answers. */
export function refuseOtherSystem(source: SourceRecord, identity: SystemIdentity): void {
  if (source.systemId === identity.systemId) return
  throw new MillraceError({
    code: 'SOURCE_DIFFERS',
    message: 'This file belongs to another Postgres cluster than the one that answers here.',
    advice: 'Check host and port, or name another file.',
  })
}

/** Throws SOURCE_DIFFERS where the file is of another database of the cluster. */
export function refuseOtherDatabase(own: string | null, database: string): void {
  if (own === database) return
  throw new MillraceError({
    code: 'SOURCE_DIFFERS',
    message: 'This file belongs to another database of this cluster.',
    advice: 'Check the name of the database, or name another file.',
  })
}

/** Throws SOURCE_RESTORED where the cluster is on another timeline. */
export function refuseOtherTimeline(source: SourceRecord, identity: SystemIdentity): void {
  if (source.timeline === identity.timeline) return
  throw new MillraceError({
    code: 'SOURCE_RESTORED',
    message: 'The source was restored or has failed over to another timeline since this file was written.',
    advice: 'Copy everything again: the file may hold transactions that the source no longer has.',
  })
}

/**
 * A source that was put back from a copy of its files keeps its identity and its timeline, but its log
 * is behind the file: the server would wait for that point and leave out what comes before it.
 */
export function refuseOlderSource(checkpoint: Lsn, identity: SystemIdentity): void {
  if (checkpoint <= identity.currentLsn) return
  throw new MillraceError({
    code: 'SOURCE_RESTORED',
    message: 'The source is at an earlier point of its log than this file: it was put back from a backup.',
    advice: 'Copy everything again: the file holds transactions that the source no longer has.',
  })
}

/** Throws SLOT_NAME_TAKEN. */
export async function refuseTakenSlot(client: pg.Client, slotName: string): Promise<void> {
  const facts = await readSlotHealth(client, slotName)
  if (facts.health === 'missing') return
  throw new MillraceError({
    code: 'SLOT_NAME_TAKEN',
    message: 'A replication slot of this name is already on the source, and this file did not make it.',
    advice: 'Name another slot with --slot, or drop that one if nobody needs it.',
  })
}

/** Throws PUBLICATION_NAME_TAKEN: what others made is never recorded as ours, and so never dropped. */
export async function refuseTakenPublications(client: pg.Client, names: readonly string[]): Promise<void> {
  const missing = await missingPublications(client, names)
  if (missing.length === names.length) return
  throw new MillraceError({
    code: 'PUBLICATION_NAME_TAKEN',
    message: 'A publication of this name is already on the source, and this file did not make it.',
    advice: 'Name another publication with --publication, or drop that one if nobody needs it.',
  })
}

/** Throws SLOT_MISSING, SLOT_LOST, SLOT_AHEAD, or SOURCE_DIFFERS where the slot is another database's. */
export async function refuseMovedSlot(
  client: pg.Client,
  database: string,
  source: SourceRecord,
  checkpoint: Lsn,
): Promise<void> {
  const facts = await readSlotHealth(client, source.slotName)
  if (facts.health === 'missing') {
    throw new MillraceError({
      code: 'SLOT_MISSING',
      message: 'The replication slot of this file is not on the source any more.',
      advice: 'Copy everything again: what was committed in between cannot be had from the log.',
    })
  }
  refuseOtherDatabase(facts.database, database)
  if (facts.health === 'lost') {
    throw new MillraceError({
      code: 'SLOT_LOST',
      message: 'The source has removed log that this file had not received: the slot had fallen too far behind.',
      advice: 'Copy everything again, and raise max_slot_wal_keep_size if it happens often.',
    })
  }
  if (facts.confirmedFlushLsn !== null && facts.confirmedFlushLsn > checkpoint) {
    throw new MillraceError({
      code: 'SLOT_AHEAD',
      message: 'The slot is ahead of this file: the file was put back from a backup, or somebody else has read from the slot.',
      advice: 'Copy everything again: what lies in between cannot be had from the log.',
    })
  }
}

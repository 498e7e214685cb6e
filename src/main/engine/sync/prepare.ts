import type pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { TableName } from '../../contract/values.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import type { SourceRelation } from '../model/relation.ts'
import { describeAddress } from '../source/address.ts'
import { exactPattern, followsOf, matchTables, readSourceTables } from '../source/catalog.ts'
import { blockersOf, preflight } from '../source/preflight.ts'
import {
  alterPublications,
  createPublications,
  dropPublications,
  insertsPublicationName,
  missingPublications,
  readPublicationTables,
} from '../source/publication.ts'
import type { CreatedSlot, ReplicationConnection, SystemIdentity } from '../source/replicationConnection.ts'
import { dropSlot } from '../source/slot.ts'
import {
  createCheckpoint,
  readCheckpoint,
  readColumns,
  readSource,
  readTables,
  writeSource,
  writeTable,
  writeTableState,
  type SourceRecord,
  type TableRecord,
} from '../store/records.ts'
import { inTransaction, type ReplicaFile } from '../store/replicaFile.ts'
import { qualified } from '../store/sql.ts'
import { planColumn } from '../typemap/index.ts'
import { planTable } from '../typemap/tablePlan.ts'
import { refuseMovedSlot, refuseOlderSource, refuseOtherSource, refuseTakenPublications, refuseTakenSlot } from './refusals.ts'
import { ownName } from './ownName.ts'
import {
  differenceFromPublication,
  differenceFromRecord,
  newFollowedTable,
  recordedTable,
  recordOf,
  type FollowedTable,
} from './followedTables.ts'

/** `schema.table` patterns, or tables by name. */
export type Selection = readonly TableName[] | { include: readonly string[]; exclude: readonly string[] }

export interface PrepareOptions {
  file: ReplicaFile
  address: SourceAddress
  /** A client for the catalog, beside the walsender's. */
  client: pg.Client
  walsender: ReplicationConnection
  identity: SystemIdentity
  selection: Selection | null
  slotName: string | null
  publicationName: string | null
  onActivity(text: string): void
}

export interface Prepared {
  source: SourceRecord
  checkpoint: Checkpoint
  tables: Map<number, FollowedTable>
  /** Of a new file: the slot that was just made, under whose snapshot all tables are copied before the stream. */
  slot: CreatedSlot | null
}

/**
 * Makes publications and slot for a new file, or checks that those of an earlier run still fit it.
 * A slot only moves forward, so every way in which it may have moved without us is looked at here:
 * https://www.postgresql.org/docs/current/logicaldecoding-explanation.html
 */
export async function prepareSource(options: PrepareOptions): Promise<Prepared> {
  const { bookkeeping } = options.file
  const source = await readSource(bookkeeping)
  const checkpoint = await readCheckpoint(bookkeeping)
  if (source && checkpoint) return resume(options, source, checkpoint)
  if (source) await removeUnfinished(options, source)
  return begin(options, source)
}

async function begin(options: PrepareOptions, unfinished: SourceRecord | null): Promise<Prepared> {
  const { client, file, walsender, identity } = options
  const selected = matchTables(await readSourceTables(client), patternsOf(options.selection))
  const report = await preflight(client, { planColumn, selection: patternsOf(options.selection) })
  const blocker = blockersOf(report)
  if (blocker) throw blocker
  const chosen = selected.filter((table) => followsOf(table) !== 'nothing')
  if (chosen.length === 0) {
    throw new MillraceError({
      code: 'NO_TABLES',
      message: 'No table on the source fits the selection and can be followed.',
      advice: 'Check the patterns of --tables and --exclude; `millrace doctor` lists what can be followed and why not.',
    })
  }

  const baseName = unfinished?.slotName ?? ownName(options.address.database)
  const publicationName = options.publicationName ?? unfinished?.publicationName ?? baseName
  const source: SourceRecord = {
    systemId: identity.systemId,
    timeline: identity.timeline,
    database: options.address.database,
    address: describeAddress(options.address),
    slotName: options.slotName ?? baseName,
    publicationName,
    publicationNames: [publicationName, insertsPublicationName(publicationName)],
  }
  const tables = new Map<number, FollowedTable>()
  for (const relation of chosen) {
    tables.set(relation.oid, newFollowedTable(planTable(relation), relation.estimatedRows))
  }
  await refuseTakenSlot(client, source.slotName)
  await refuseTakenPublications(client, source.publicationNames)
  // Recorded before it is made, so that a kill in between leaves nothing that nobody knows of.
  await inTransaction(file.bookkeeping, async () => {
    await file.bookkeeping.run('DELETE FROM millrace.tables')
    await file.bookkeeping.run('DELETE FROM millrace.columns')
    await writeSource(file.bookkeeping, source)
    for (const table of tables.values()) {
      const record = recordOf(table)
      await writeTable(file.bookkeeping, record.table, record.columns)
    }
  })
  options.onActivity('Making the publication.')
  await createPublications(client, { name: publicationName, followed: chosen })
  options.onActivity('Making the slot; this waits for transactions that are open on the source.')
  const slot = await walsender.createSlot(source.slotName, { temporary: false })
  await inTransaction(file.bookkeeping, () => createCheckpoint(file.bookkeeping, slot.consistentPoint))
  const checkpoint = (await readCheckpoint(file.bookkeeping))!
  return { source, checkpoint, tables, slot }
}

async function resume(options: PrepareOptions, source: SourceRecord, checkpoint: Checkpoint): Promise<Prepared> {
  const { client, file, identity } = options
  refuseOtherSource(source, identity)
  refuseOlderSource(checkpoint.lsn, identity)
  await refuseMovedSlot(client, options.address.database, source, checkpoint.lsn)
  const records = await readTables(file.bookkeeping)
  const columns = await readColumns(file.bookkeeping)
  const relations = new Map(
    (await readSourceTables(client, { oids: records.map((record) => record.oid) })).map((relation) => [relation.oid, relation]),
  )
  const published = new Map(
    (await readPublicationTables(client, source.publicationNames)).map((entry) => [entry.oid, entry]),
  )
  const missing = await missingPublications(client, source.publicationNames)
  if (missing.length > 0) await alterPublications(client, { name: source.publicationName })
  const tables = new Map<number, FollowedTable>()
  for (const record of records) {
    const relation = relations.get(record.oid)
    const own = columns.filter((column) => column.tableOid === record.oid)
    const isCopied = record.state === 'ready' || record.state === 'errored'
    const textColumns = new Map(
      own.filter((column) => column.exactness === 'text' && column.note).map((column) => [column.sourceName, column.note!]),
    )
    if (!relation) {
      tables.set(record.oid, droppedTable(record, await countRows(file, record.replicaSchema, record.replicaTable)))
      continue
    }
    const plan = planTable(relation, isCopied ? keptAsText(relation, textColumns) : new Map())
    const table = newFollowedTable(plan, relation.estimatedRows)
    tables.set(record.oid, table)
    table.state = isCopied ? record.state : 'init'
    table.reason = record.reason
    table.snapshotLsn = record.snapshotLsn
    const difference = differenceFromPublication(plan, published.get(record.oid)) ?? differenceFromRecord(plan, record, own)
    if (difference && table.state === 'ready') {
      table.state = 'errored'
      table.reason = difference
    }
    table.rows = await countRows(file, record.replicaSchema, record.replicaTable)
  }
  await recordErrored(file, records, tables)
  return { source, checkpoint, tables, slot: null }
}

/** What is missed from here on stays missed, also if the source is put back as it was before the next start. */
async function recordErrored(
  file: ReplicaFile,
  records: readonly TableRecord[],
  tables: ReadonlyMap<number, FollowedTable>,
): Promise<void> {
  await inTransaction(file.bookkeeping, async () => {
    for (const record of records) {
      const table = tables.get(record.oid)!
      if (table.state !== 'errored' || record.state === 'errored') continue
      await writeTableState(file.bookkeeping, record.oid, 'errored', table.reason)
    }
  })
}

/** The copy of a table that was dropped on the source is kept as it was. */
function droppedTable(record: TableRecord, rows: number): FollowedTable {
  return {
    ...recordedTable(record),
    state: 'errored',
    reason: 'The table was dropped on the source; the copy is as it was.',
    rows,
  }
}

/** Columns that an earlier copy had to keep as text although their type has an exact counterpart. */
function keptAsText(relation: SourceRelation, textColumns: ReadonlyMap<string, string>): Map<string, string> {
  const kept = new Map<string, string>()
  for (const column of relation.columns) {
    const note = textColumns.get(column.name)
    if (note !== undefined && planColumn(column).exactness === 'exact') kept.set(column.name, note)
  }
  return kept
}

async function countRows(file: ReplicaFile, schema: string, table: string): Promise<number> {
  const found = await file.bookkeeping.runAndReadAll(
    'SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2',
    [schema, table],
  )
  if (found.getRows()[0]?.[0] === 0n) return 0
  // DuckDB's own estimate counts rows that were deleted since the last checkpoint.
  const counted = await file.bookkeeping.runAndReadAll(`SELECT count(*) FROM ${qualified(schema, table)}`)
  return Number(counted.getRows()[0]![0])
}

/** A run that was killed before its slot gave a snapshot: what it had made has no use. */
async function removeUnfinished(options: PrepareOptions, source: SourceRecord): Promise<void> {
  // On another cluster, slot and publications of the same names would be somebody else's.
  refuseOtherSource(source, options.identity)
  options.onActivity('Removing what an unfinished start has left on the source.')
  await dropSlot(options.client, source.slotName, { waitMs: 5000 })
  await dropPublications(options.client, source.publicationNames)
}

function patternsOf(selection: Selection | null): { include: readonly string[]; exclude: readonly string[] } {
  if (selection === null) return { include: ['*.*'], exclude: [] }
  if ('include' in selection) return selection
  return { include: selection.map(exactPattern), exclude: [] }
}

import type pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { MaskRequest } from '../masking/maskRequests.ts'
import { isSameRules } from '../masking/tableMasks.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { noMasks, type MaskRules } from '../model/maskRule.ts'
import type { SourceRelation } from '../model/relation.ts'
import type { Host } from '../ports.ts'
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
import { readShapesNow } from '../source/shapes.ts'
import { dropSlot } from '../source/slot.ts'
import {
  createCheckpoint,
  insertTables,
  readCheckpoint,
  readColumns,
  readShapeMarks,
  readSource,
  readTables,
  removeCheckpoint,
  writeSource,
  writeTable,
  writeTableState,
  type ColumnRecord,
  type SourceRecord,
  type TableRecord,
} from '../store/records.ts'
import type { ReplicaFile } from '../store/replicaFile.ts'
import { RowCounts } from '../store/rowCounts.ts'
import { qualified } from '../store/sql.ts'
import { planColumn } from '../typemap/index.ts'
import { planTable } from '../typemap/tablePlan.ts'
import {
  isMendedByCopying,
  refuseMovedSlot,
  refuseOlderSource,
  refuseOtherDatabase,
  refuseOtherSystem,
  refuseOtherTimeline,
  refuseTakenPublications,
  refuseTakenSlot,
} from './refusals.ts'
import { isSamePlace, placeOf } from './replicaPlaces.ts'
import { changeSelection, patternsOf, type Selection } from './selectTables.ts'
import { refuseLost, type FileMasks } from './fileMasks.ts'
import { ownName } from './ownName.ts'
import { decidePublicationChange, droppedDecision } from './schemaChanges.ts'
import { recordOutcome, schemaOutcome, type SchemaOutcome } from './schemaOutcome.ts'
import {
  newFollowedTable,
  recordedPlan,
  recordedTable,
  recordOf,
  type FollowedTable,
} from './followedTables.ts'

export interface PrepareOptions {
  host: Pick<Host, 'clock'>
  file: ReplicaFile
  address: SourceAddress
  /** A client for the catalog, beside the walsender's. */
  client: pg.Client
  walsender: ReplicationConnection
  identity: SystemIdentity
  selection: Selection | null
  masks: FileMasks
  /** What is asked for beside what the file has. */
  maskRequests: readonly MaskRequest[]
  slotName: string | null
  publicationName: string | null
  /** Everything is copied again into the same file, whatever has become of the slot. */
  startsOver: boolean
  onActivity(text: string): void
  onNotice(severity: 'info' | 'warning', text: string): void
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
  await options.masks.readKey()
  const source = await readSource(bookkeeping)
  const checkpoint = await readCheckpoint(bookkeeping)
  if (source && options.startsOver) return startOver(options, source)
  if (source && checkpoint) return resume(options, source, checkpoint)
  if (!source) return begin(options, null)
  await removeMade(options, source, 'Removing what an unfinished start has left on the source.')
  return begin({ ...options, selection: options.selection ?? (await tablesStillThere(options)) }, source)
}

/**
 * Drops what the file made on the source, makes it anew, and copies every table that the file follows. What is in
 * the file stays to be queried until its new copy takes its place; what is gone from the source stays for good.
 */
async function startOver(options: PrepareOptions, source: SourceRecord): Promise<Prepared> {
  const { file } = options
  refuseOtherDatabase(source.database, options.address.database)
  await removeMade(options, source, 'Removing what this file had made on the source.')
  const records = await readTables(file.bookkeeping)
  const columns = await readColumns(file.bookkeeping)
  const rowCounts = await RowCounts.read(file.bookkeeping)
  await file.record(removeCheckpoint)
  const prepared = await begin({ ...options, selection: await tablesStillThere(options) }, source)
  const copied = [...prepared.tables.values()]
  const names = new Set(copied.map(({ plan }) => exactPattern(plan)))
  for (const record of records) {
    if (prepared.tables.has(record.oid) || names.has(exactPattern(record))) {
      await dropLeftBehind(file, record, copied)
      continue
    }
    const table = droppedTable(record, rowCounts)
    prepared.tables.set(record.oid, table)
    const { state, reason } = table
    await file.record((connection) =>
      writeTable(connection, { table: { ...record, state, reason }, columns: columns.get(record.oid) ?? [], marks: null }),
    )
  }
  return prepared
}

/** A table that was renamed meanwhile is copied to its new place: nobody would clear its old one. */
async function dropLeftBehind(file: ReplicaFile, { replicaSchema, replicaTable }: TableRecord, copied: readonly FollowedTable[]): Promise<void> {
  const place = { schema: replicaSchema, table: replicaTable }
  if (copied.some(({ plan }) => isSamePlace(placeOf(plan), place))) return
  await file.record((connection) => connection.run(`DROP TABLE IF EXISTS ${qualified(replicaSchema, replicaTable)}`))
}

/**
 * Of the tables that the file follows, which may have been renamed or made anew since; null, for all of the source,
 * where it knows of none.
 */
async function tablesStillThere({ client, file }: PrepareOptions): Promise<Selection | null> {
  const recorded = await readTables(file.bookkeeping)
  if (recorded.length === 0) return null
  const names = new Set(recorded.map(exactPattern))
  const oids = new Set(recorded.map(({ oid }) => oid))
  return (await readSourceTables(client)).filter((relation) => oids.has(relation.oid) || names.has(exactPattern(relation)))
}

async function begin(options: PrepareOptions, unfinished: SourceRecord | null): Promise<Prepared> {
  const { client, file, masks, walsender, identity } = options
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

  await masks.request(options.maskRequests, chosen)
  const masksOf = await masks.read()
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
    const plan = planTable(relation, { masks: refuseLost(relation, masksOf(relation)).rules })
    tables.set(relation.oid, newFollowedTable(plan, relation.estimatedRows))
  }
  await refuseTakenSlot(client, source.slotName)
  await refuseTakenPublications(client, source.publicationNames)
  // Recorded before it is made, so that a kill in between leaves nothing that nobody knows of.
  await file.record(async (connection) => {
    await connection.run('DELETE FROM millrace.tables')
    await connection.run('DELETE FROM millrace.columns')
    await writeSource(connection, source)
    for (const relation of chosen) await masks.adopt(connection, relation, masksOf(relation))
    await insertTables(connection, [...tables.values()].map(recordOf))
  })
  options.onActivity('Making the publication.')
  await createPublications(client, { name: publicationName, followed: chosen })
  options.onActivity('Making the slot; this waits for transactions that are open on the source.')
  const slot = await walsender.createSlot(source.slotName, { temporary: false })
  await file.record((connection) => createCheckpoint(connection, slot.consistentPoint))
  const checkpoint = (await readCheckpoint(file.bookkeeping))!
  return { source, checkpoint, tables, slot }
}

async function resume(options: PrepareOptions, source: SourceRecord, checkpoint: Checkpoint): Promise<Prepared> {
  const { client, file, host, identity, masks, maskRequests } = options
  refuseOtherSystem(source, identity)
  try {
    refuseOtherTimeline(source, identity)
    refuseOlderSource(checkpoint.lsn, identity)
    await refuseMovedSlot(client, options.address.database, source, checkpoint.lsn)
  } catch (error) {
    if (isMendedByCopying(error) && (await isAllCopiedAgain(options))) return startOver(options, source)
    throw error
  }
  if (maskRequests.length > 0) await masks.request(maskRequests, await readSourceTables(client))
  if (options.selection) await changeSelection(client, file, masks, source, patternsOf(options.selection))
  const masksOf = await masks.read()
  const records = await readTables(file.bookkeeping)
  const columns = await readColumns(file.bookkeeping)
  const rowCounts = await RowCounts.read(file.bookkeeping)
  const marks = await readShapeMarks(file.bookkeeping)
  const shapes = await readShapesNow(client, records.map((record) => record.oid), source.publicationNames)
  const published = new Map(
    (await readPublicationTables(client, source.publicationNames)).map((entry) => [entry.oid, entry]),
  )
  const missing = await missingPublications(client, source.publicationNames)
  if (missing.length > 0) await alterPublications(client, { name: source.publicationName })
  const tables = new Map<number, FollowedTable>()
  const parked: SchemaOutcome[] = []
  const remasked: FollowedTable[] = []
  for (const record of records) {
    const shape = shapes.get(record.oid)
    const own = columns.get(record.oid) ?? []
    const isCopied = record.state === 'ready' || record.state === 'errored'
    const rules = shape ? masksOf(shape.relation).rules : null
    const copyReason = shape && rules && isCopied ? reasonToMaskAgain(own, rules, shape.relation) : null
    const plan = isCopied && copyReason === null ? recordedPlan(record, own, shape) : null
    if (plan) {
      const table = newFollowedTable(plan, shape?.relation.estimatedRows ?? null, marks.get(record.oid) ?? null)
      tables.set(record.oid, table)
      table.isGone = shape === undefined
      table.state = record.state
      table.reason = record.reason
      table.snapshotLsn = record.snapshotLsn
      table.rows = rowCounts.of(record.replicaSchema, record.replicaTable)
      const decision = shape && decidePublicationChange(plan, planTable(shape.relation), published.get(record.oid))
      if (decision && table.state === 'ready') parked.push(schemaOutcome(table, decision, null, host.clock.nowMs()))
    } else if (shape) {
      const table = newFollowedTable(planTable(shape.relation, { masks: rules ?? noMasks }), shape.relation.estimatedRows)
      tables.set(record.oid, table)
      if (copyReason === null) continue
      remasked.push(table)
      options.onNotice('info', `${record.schema}.${record.name} is copied again: ${copyReason}.`)
    } else {
      const table = { ...recordedTable(record, rowCounts), isGone: true }
      tables.set(record.oid, table)
      if (record.state !== 'errored') parked.push(schemaOutcome(table, droppedDecision, null, host.clock.nowMs()))
    }
  }
  // What is missed from here on stays missed, also if the source is put back as it was before the next start.
  await file.record(async (connection) => {
    for (const outcome of parked) await recordOutcome(connection, outcome)
    for (const { plan } of remasked) await writeTableState(connection, plan.oid, 'init', null)
  })
  for (const { table, change } of parked) Object.assign(table, change)
  return { source, checkpoint, tables, slot: null }
}

/**
 * Why what was copied cannot go on under the masks that the file is to have; null where it can. A masked table whose
 * columns were changed while nobody looked is not followed by their names, which is all that the log tells.
 */
function reasonToMaskAgain(columns: readonly ColumnRecord[], rules: MaskRules, relation: SourceRelation): string | null {
  const had = new Map(columns.flatMap(({ attnum, mask }) => (mask === undefined ? [] : [[attnum, mask] as const])))
  if (rules.size === 0 && had.size === 0) return null
  const there = relation.columns.filter(({ generated }) => generated === '')
  // A mask goes with the column that was dropped.
  const has = new Map([...had].filter(([attnum]) => there.some((column) => column.attnum === attnum)))
  const wanted = new Map([...rules].filter(([attnum]) => there.some((column) => column.attnum === attnum)))
  if (!isSameRules(has, wanted)) return 'its columns are masked otherwise now'
  const isSure = columns.every(({ attnum, sourceName }, place) => there[place]?.attnum === attnum && there[place]?.name === sourceName)
  return isSure ? null : 'it has masked columns, and its columns were changed'
}

/** The person has asked for every table of the file to be copied again. */
async function isAllCopiedAgain({ selection, file }: PrepareOptions): Promise<boolean> {
  const { copyAgain = [] } = patternsOf(selection)
  const followed = await readTables(file.bookkeeping)
  return copyAgain.length > 0 && matchTables(followed, { include: copyAgain, exclude: [] }).length === followed.length
}

/** The copy of a table that was dropped on the source is kept as it was. */
function droppedTable(record: TableRecord, rowCounts: RowCounts): FollowedTable {
  return { ...recordedTable(record, rowCounts), state: 'errored', reason: droppedDecision.reason, isGone: true }
}

/** What an earlier start had made has no use any more. */
async function removeMade(options: PrepareOptions, source: SourceRecord, activity: string): Promise<void> {
  // On another cluster, slot and publications of the same names would be somebody else's.
  refuseOtherSystem(source, options.identity)
  options.onActivity(activity)
  await dropSlot(options.client, source.slotName, { waitMs: 5000 })
  await dropPublications(options.client, source.publicationNames)
}

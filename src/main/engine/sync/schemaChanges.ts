import { addedColumns, droppedColumns, keptColumns, type Alteration } from '../apply/alterTable.ts'
import { marksOf, type ShapeMarks, type SourceShape, type StorageFact } from '../model/shape.ts'
import type { PublishedTable } from '../source/publication.ts'
import { planColumn } from '../typemap/index.ts'
import type { PlannedColumn, TablePlan } from '../typemap/tablePlan.ts'
import { reasonAgainstMasks } from './fileMasks.ts'
import { differenceFromPublication } from './followedTables.ts'

/** What becomes of a change of a table on the source. */
export type SchemaDecision =
  /** Nothing that the replica would show; the marks may be others. */
  | { outcome: 'none'; marks: ShapeMarks }
  | { outcome: 'applied'; marks: ShapeMarks; changes: string[]; alteration: Alteration }
  /** `reason` completes "is copied again:". */
  | { outcome: 'copied again'; changes: string[]; reason: string }
  | { outcome: 'parked'; code: 'TABLE_CHANGED' | 'PUBLICATION_CHANGED'; changes: string[]; reason: string }

export interface SchemaSituation {
  before: TablePlan
  /** What the file keeps of the shape that `before` was planned from; null: nothing. */
  marks: ShapeMarks | null
  after: TablePlan
  shape: SourceShape
  /**
   * `stream`: `after` is how the stream described the table at its place, the catalog may be further on.
   * `catalog`: `after` is what the catalog says, and every row from before it was read is applied.
   */
  toldBy: 'stream' | 'catalog'
  /** Partitions that were attached, and hold rows. */
  filledPartitions: ReadonlySet<number>
}

/**
 * Decides what a change of a table becomes. What is certain from the catalog alone is applied in place; whatever else
 * may have changed rows without a word in the log has the table copied again.
 * https://www.postgresql.org/docs/current/sql-altertable.html
 */
export function decideSchemaChange(situation: SchemaSituation): SchemaDecision {
  const { before, after, shape } = situation
  const changes = wordsOf(situation)
  if (after.columns.length === 0) {
    return { outcome: 'parked', code: 'TABLE_CHANGED', changes, reason: 'Every column of the table was dropped on the source; the copy is as it was.' }
  }
  const againstMasks = reasonAgainstMasks(after)
  if (againstMasks !== null) return { outcome: 'parked', code: 'TABLE_CHANGED', changes, reason: againstMasks }
  const reason = storageReason(situation) ?? identityReason(before, after) ?? columnsReason(situation) ?? typesReason(situation)
  if (reason) return { outcome: 'copied again', changes: changes.length > 0 ? changes : [reason.change], reason: reason.why }
  const newMarks = marksAfter(situation)
  const hasItsPlace = before.replicaSchema === after.replicaSchema && before.replicaTable === after.replicaTable
  if (changes.length === 0 && hasItsPlace) return { outcome: 'none', marks: newMarks }
  const added = new Map<number, string | null>()
  for (const column of addedColumns(before, after)) added.set(column.attnum, missingValue(shape, column) as string | null)
  return { outcome: 'applied', marks: newMarks, changes, alteration: { before, after, added, relabelled: relabelled(situation) } }
}

/**
 * Parked where the publication no longer lets every change of the table through, else null. A table that has lost its
 * identity has left the publication of updates by ourselves; one that has gained it enters when it is copied again.
 */
export function decidePublicationChange(
  before: TablePlan,
  after: TablePlan,
  published: PublishedTable | undefined,
): Extract<SchemaDecision, { outcome: 'parked' }> | null {
  const reason = differenceFromPublication(losesIdentity(before, after) ? after : before, published)
  if (reason === null) return null
  const change = published ? 'left out of the publication in part' : 'taken out of the publication'
  return { outcome: 'parked', code: 'PUBLICATION_CHANGED', changes: [change], reason }
}

export const droppedDecision: Extract<SchemaDecision, { outcome: 'parked' }> = {
  outcome: 'parked',
  code: 'TABLE_CHANGED',
  changes: ['drop table'],
  reason: 'The table was dropped on the source; the copy is as it was.',
}

function marksAfter(situation: SchemaSituation): ShapeMarks {
  const { marks, shape, toldBy } = situation
  if (!marks) return marksOf(shape)
  if (toldBy === 'stream') return marksAtItsPlace(situation, marks)
  // Out of every publication: when it is put back, that has to be noticed.
  const isTakenOut = shape.publicationEntries.length === 0
  return isTakenOut ? { ...marksOf(shape), publicationEntries: marks.publicationEntries } : marksOf(shape)
}

/**
 * What the catalog says before every row from before it was read is there: renamed labels and attached partitions
 * are left to be found again then.
 */
function marksAtItsPlace({ before, after, shape }: SchemaSituation, marks: ShapeMarks): ShapeMarks {
  const known = new Set(marks.storage.map(placeOf))
  const now = marksOf(shape)
  return {
    ...now,
    types: marks.types,
    // As known before: the catalog may be further on than the stream.
    attributes: { ...now.attributes, ...marks.attributes },
    storage: now.storage.filter((fact) => known.has(placeOf(fact))),
    publicationEntries: losesIdentity(before, after) ? [] : marks.publicationEntries,
  }
}

function losesIdentity(before: TablePlan, after: TablePlan): boolean {
  return before.identity !== 'none' && after.identity === 'none'
}

interface CopyReason {
  change: string
  why: string
}

/** Partitions of which it is not known that all of their rows came through the log. */
export function attachedPartitions(marks: ShapeMarks | null, shape: SourceShape): StorageFact[] {
  if (!marks) return []
  const known = new Set(marks.storage.map(placeOf))
  return shape.storage.filter((fact) => fact.attachedBy !== '' && fact.fileNode !== 0 && !fact.isBornPartition && !known.has(placeOf(fact)))
}

function placeOf(fact: StorageFact): string {
  return `${fact.oid} ${fact.attachedBy}`
}

function storageReason({ before, after, marks, shape, filledPartitions }: SchemaSituation): CopyReason | null {
  if (!marks) return null
  const now = new Set(shape.storage.map(placeOf))
  if (marks.storage.some((fact) => !now.has(placeOf(fact)))) {
    return { change: 'detach partition', why: 'a partition was detached or dropped: its rows left without a word in the log' }
  }
  if (attachedPartitions(marks, shape).some(({ oid }) => filledPartitions.has(oid))) {
    return { change: 'attach partition', why: 'a partition was attached with its rows, which are not in the log' }
  }
  const rewritten = shape.storage.filter(({ oid, fileNode }) => marks.storage.some((fact) => fact.oid === oid && fact.fileNode !== fileNode))
  // VACUUM FULL, CLUSTER and TRUNCATE make new files too, and leave the columns alone.
  if (rewritten.length > 0 && shape.attributes.some(({ attnum, xmin }) => marks.attributes[attnum]?.xmin !== xmin)) {
    return { change: 'rewrite table', why: 'the source rewrote the table, and what its rows hold since is not in the log' }
  }
  // https://www.postgresql.org/docs/current/sql-createpublication.html: TRUNCATE of a partition is not sent as its root's.
  if (rewritten.some(({ attachedBy }) => attachedBy !== '')) {
    return {
      change: 'empty or rewrite partition',
      why: 'a partition has another file: it was truncated, which the source does not send of one alone, or rewritten',
    }
  }
  const entries = new Set(shape.publicationEntries)
  // A table that loses its identity is moved by ourselves.
  const isMoved = losesIdentity(before, after)
  // One that is out, and has not been put back, is told by `decidePublicationChange`.
  if (!isMoved && entries.size > 0 && marks.publicationEntries.length > 0 && !marks.publicationEntries.some((oid) => entries.has(oid))) {
    return {
      change: 'taken out of the publication and put back',
      why: 'the table was taken out of the publication and put back; what changed in between was not sent',
    }
  }
  return null
}

function identityReason(before: TablePlan, after: TablePlan): CopyReason | null {
  if (before.identity !== 'none' || after.identity === 'none') return null
  return {
    change: 'replica identity',
    why: 'the table has a replica identity now; updates and deletes from before were not sent',
  }
}

function columnsReason(situation: SchemaSituation): CopyReason | null {
  const { before, after, shape, marks } = situation
  for (const column of addedColumns(before, after)) {
    if (marks?.attributes[column.attnum]?.generated) {
      return { change: `drop expression of ${column.sourceName}`, why: `the values of ${column.sourceName}, generated until now, are not in the log` }
    }
    if (missingValue(shape, column) === 'undecidable') {
      return { change: `add column ${column.sourceName}`, why: `what the rows hold in the new column ${column.sourceName} cannot be told from the catalog` }
    }
  }
  for (const [was, is] of keptColumns(before, after)) {
    if (!keepsText(was, is)) {
      return { change: `change type of ${is.sourceName}`, why: `the values of ${is.sourceName} may be others in its new type` }
    }
  }
  if (mayHavePassedForDropped(situation)) {
    return { change: 'columns in the place of dropped ones', why: 'columns were dropped, and others of the same type may have had their names for a while' }
  }
  return null
}

/**
 * The stream names no attnums. Another column may have stood in a dropped one's place for a while, under its name and
 * of its type, and its rows have come as that one's. That can have been a new column, which stands behind all others,
 * where the last ones are dropped; or one from behind the dropped one, whose entry in the catalog is another since.
 */
function mayHavePassedForDropped({ before, after, shape, marks }: SchemaSituation): boolean {
  const dropped = droppedColumns(before, after)
  const kept = keptColumns(before, after).map(([was]) => was)
  const lastKept = Math.max(0, ...kept.map(({ attnum }) => attnum))
  const isAltered = ({ attnum }: PlannedColumn): boolean => shape.attributes.find((fact) => fact.attnum === attnum)?.xmin !== marks?.attributes[attnum]?.xmin
  const ofSameType = (one: PlannedColumn) => (other: PlannedColumn): boolean => one.typeOid === other.typeOid && one.typmod === other.typmod
  return dropped.some(
    (gone) =>
      (gone.attnum > lastKept && addedColumns(before, after).some(ofSameType(gone))) ||
      kept.filter((column) => column.attnum > gone.attnum && isAltered(column)).some(ofSameType(gone)),
  )
}

function typesReason({ before, after, shape, marks, toldBy }: SchemaSituation): CopyReason | null {
  if (!marks || toldBy === 'stream') return null
  const used = new Set(keptColumns(before, after).flatMap(([was, is]) => [was.typeOid, is.typeOid]))
  for (const type of shape.types) {
    const known = marks.types.find(({ oid }) => oid === type.oid)
    if (!known) continue
    if (type.kind === 'composite' && known.kind === 'composite' && type.attributes !== known.attributes) {
      return { change: 'change a row type', why: 'a row type that the table uses was changed, and with it the text of its values' }
    }
    const renamed = renamedLabels(known, type)
    if (renamed.length === 0) continue
    const why = 'a label of an enum was renamed, and the rows with it cannot be told from others'
    const isReused = type.kind === 'enum' && renamed.some(({ from }) => type.labels.some(({ label }) => label === from))
    const direct = after.columns.filter((column) => column.source.baseTypeOid === type.oid)
    if (direct.some(({ mask }) => mask === 'hash')) return { change: 'rename a label of an enum', why: 'a label of an enum was renamed, and its hash is another' }
    const isNested = after.columns.some(({ source }) => source.elementTypeOid === type.oid || 'crm'.includes(source.elementTypeKind ?? source.baseTypeKind))
    if (isReused || isNested || (direct.length === 0 && used.size > 0)) return { change: 'rename a label of an enum', why }
  }
  return null
}

function renamedLabels(known: ShapeMarks['types'][number], type: ShapeMarks['types'][number]): { from: string; to: string }[] {
  if (known.kind !== 'enum' || type.kind !== 'enum') return []
  return known.labels.flatMap(({ oid, label: from }) => {
    const to = type.labels.find((label) => label.oid === oid)?.label
    return to === undefined || to === from ? [] : [{ from, to }]
  })
}

function relabelled({ marks, shape, before, after, toldBy }: SchemaSituation): Alteration['relabelled'] {
  if (!marks || toldBy === 'stream') return []
  return keptColumns(before, after).flatMap(([, column]) => {
    if (column.mask !== undefined) return []
    const type = shape.types.find(({ oid }) => oid === column.source.baseTypeOid)
    const known = marks.types.find(({ oid }) => oid === column.source.baseTypeOid)
    const labels = type && known ? renamedLabels(known, type) : []
    return labels.length > 0 ? [{ attnum: column.attnum, labels }] : []
  })
}

function missingValue(shape: SourceShape, column: PlannedColumn): string | null | 'undecidable' {
  return shape.attributes.find(({ attnum }) => attnum === column.attnum)?.missingValue ?? null
}

const TEXT = 25
const VARCHAR = 1043

/**
 * Whether each value has the same text in both types. A change that rewrites the table never comes here: it may
 * have gone through any `USING` expression, whatever the types are.
 */
function keepsText(was: PlannedColumn, is: PlannedColumn): boolean {
  const base = is.source.baseTypeOid
  const isSameType = was.typeOid === is.typeOid || was.source.baseTypeOid === base
  const isString = [was.source.baseTypeOid, base].every((oid) => oid === TEXT || oid === VARCHAR)
  if (!isSameType && !isString) return false
  const [from, to] = [was, is].map(unmaskedType) as [string, string]
  if (from === to) return true
  const [, digits, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(from) ?? []
  if (digits === undefined) return false
  if (to === 'VARCHAR') return true
  const [, newDigits, newScale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(to) ?? []
  return newScale === scale && Number(newDigits) >= Number(digits)
}

/** The text of a masked column is what its hash is made of. */
function unmaskedType({ mask, source, plan }: PlannedColumn): string {
  return mask === undefined ? plan.replicaType : planColumn(source).replicaType
}

/** The changes in words, in the order in which they are made. */
function wordsOf(situation: SchemaSituation): string[] {
  const { before, after, shape } = situation
  const words: string[] = []
  if (before.schema !== after.schema) words.push(`move from schema ${before.schema} to ${after.schema}`)
  if (before.name !== after.name) words.push(`rename table ${before.name} to ${after.name}`)
  for (const column of droppedColumns(before, after)) words.push(`drop column ${column.sourceName}`)
  for (const [was, is] of keptColumns(before, after)) {
    if (was.sourceName !== is.sourceName) words.push(`rename column ${was.sourceName} to ${is.sourceName}`)
    if (was.typeOid !== is.typeOid || was.typmod !== is.typmod) words.push(`change type of ${is.sourceName} from ${was.sourceType} to ${is.sourceType}`)
  }
  for (const column of addedColumns(before, after)) {
    const value = missingValue(shape, column)
    const isShown = value !== null && value !== 'undecidable'
    words.push(`add column ${column.sourceName} ${column.sourceType}${isShown ? ` default ${shortened(value)}` : ''}`)
  }
  if (identityWords(before) !== identityWords(after)) words.push(`identify rows by ${identityWords(after)}`)
  for (const { attnum, labels } of relabelled(situation)) {
    const name = after.columns.find((column) => column.attnum === attnum)!.sourceName
    for (const { from, to } of labels) words.push(`rename label ${from} of ${name} to ${to}`)
  }
  return words
}

function identityWords(plan: TablePlan): string {
  if (plan.identity === 'none') return 'nothing: inserts only'
  if (plan.identity === 'whole-row') return 'all of their values'
  return plan.columns.filter((column) => column.inKey).map((column) => column.sourceName).join(', ')
}

const SHOWN_CHARACTERS = 60

function shortened(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`
}

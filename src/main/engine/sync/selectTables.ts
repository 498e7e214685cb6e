import type pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { TableName } from '../../contract/values.ts'
import type { SourceRelation } from '../model/relation.ts'
import { exactPattern, followsOf, matchTables, readSourceTables, unmatchedPatterns } from '../source/catalog.ts'
import { alterPublications } from '../source/publication.ts'
import { readTables, removeTable, writeTable, writeTableState, type SourceRecord } from '../store/records.ts'
import type { ReplicaFile } from '../store/replicaFile.ts'
import { planTable } from '../typemap/tablePlan.ts'
import { refuseLost, type FileMasks } from './fileMasks.ts'
import { newFollowedTable, recordOf, type FollowedTable } from './followedTables.ts'
import { dropReplica } from './replicaPlaces.ts'

/** `schema.table` patterns. A new file copies what `include` means (empty: all) and `exclude` does not. */
export interface PatternSelection {
  include: readonly string[]
  exclude: readonly string[]
  /** Of a file that is there: what is copied again. */
  copyAgain?: readonly string[]
}

/** `schema.table` patterns, or tables by name. */
export type Selection = readonly TableName[] | PatternSelection

export function patternsOf(selection: Selection | null): PatternSelection {
  if (selection === null) return { include: [], exclude: [] }
  if ('include' in selection) return selection
  return { include: selection.map(exactPattern), exclude: [] }
}

/**
 * Of a file that is there: follows what `include` means and it does not follow yet, stops following what `exclude`
 * means, has copied again what `copyAgain` means. The copies are made later; nothing of it takes the applier's
 * turn, so the stream must be at rest. Throws TABLE_MISSING for a pattern that means nothing.
 */
export async function changeSelection(
  client: pg.Client,
  file: ReplicaFile,
  masks: FileMasks,
  source: SourceRecord,
  { include, exclude, copyAgain = [] }: PatternSelection,
): Promise<void> {
  const followed = await readTables(file.bookkeeping)
  const all = include.length > 0 ? await readSourceTables(client) : []
  refuseUnmatched(all, include)
  refuseUnmatched(followed, copyAgain)
  const leaving = exclude.length > 0 ? matchTables(followed, { include: exclude, exclude: [] }).map(({ oid }) => oid) : []
  if (leaving.length > 0) {
    await unpublishTables(client, source, leaving)
    await forgetTables(file, leaving)
  }
  const coming = matchTables(all, { include, exclude }).filter(
    (relation) => followsOf(relation) !== 'nothing' && !followed.some(({ oid }) => oid === relation.oid),
  )
  if (include.length > 0) await recordTables(file, masks, coming)
  const again = copyAgain.length > 0 ? matchTables(followed, { include: copyAgain, exclude }) : []
  await file.record(async (connection) => {
    for (const { oid } of again) await writeTableState(connection, oid, 'init', null)
  })
}

/** Records tables as followed and not yet copied, with the masks that the file remembers. Throws MASK_COLUMN_MISSING. */
export async function recordTables(file: ReplicaFile, masks: FileMasks, relations: readonly SourceRelation[]): Promise<FollowedTable[]> {
  const masksOf = await masks.read()
  const planned = relations.map((relation) => {
    const found = refuseLost(relation, masksOf(relation))
    return { relation, masks: found, table: newFollowedTable(planTable(relation, { masks: found.rules }), relation.estimatedRows) }
  })
  await file.record(async (connection) => {
    for (const { relation, table, masks: found } of planned) {
      await masks.adopt(connection, relation, found)
      const record = recordOf(table)
      await writeTable(connection, record)
    }
  })
  return planned.map(({ table }) => table)
}

/** Takes tables out of the publications. */
export async function unpublishTables(client: pg.Client, source: SourceRecord, oids: readonly number[]): Promise<void> {
  await alterPublications(client, { name: source.publicationName, remove: oids.map((oid) => ({ oid })) })
}

/** Takes tables and their copies out of the file. */
export async function forgetTables(file: ReplicaFile, oids: readonly number[]): Promise<void> {
  if (oids.length === 0) return
  await file.record(async (connection) => {
    for (const oid of oids) {
      await dropReplica(connection, oid)
      await removeTable(connection, oid)
    }
  })
}

function refuseUnmatched(tables: readonly TableName[], patterns: readonly string[]): void {
  const [first] = unmatchedPatterns(tables, { include: patterns, exclude: [] })
  if (first === undefined) return
  throw new MillraceError({
    code: 'TABLE_MISSING',
    message: `No table fits ${first}.`,
    advice: 'Check its spelling; a name without a dot is looked for in public.',
  })
}

import pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceRelation } from '../model/relation.ts'
import { faultOfSourceError } from './faults.ts'

/** Postgres cuts longer names off without an error. */
const MAX_IDENTIFIER_BYTES = 63
/** Publishing a table asks for a lock that DDL and VACUUM of the same table hold. */
const LOCK_TIMEOUT_MS = 15_000
/**
 * Tables a transaction: each is a lock, and the server's lock table (64 a connection by default) is
 * shared by all of its sessions. https://www.postgresql.org/docs/current/runtime-config-locks.html
 */
const TABLES_A_TRANSACTION = 1000

export type PublishedRelation = Pick<SourceRelation, 'oid' | 'schema' | 'name' | 'kind' | 'identityKey'>

/**
 * The publication for tables without a usable replica identity. It leaves updates and deletes out,
 * because publishing them would make the source's own UPDATE and DELETE fail.
 */
export function insertsPublicationName(name: string): string {
  return `${name}_inserts`
}

/** Throws INPUT_INVALID where Postgres would cut the name or its companion's off. */
export function checkPublicationName(name: string): void {
  if (name !== '' && Buffer.byteLength(insertsPublicationName(name)) <= MAX_IDENTIFIER_BYTES) return
  throw new MillraceError({
    code: 'INPUT_INVALID',
    message: 'The name of the publication is empty or longer than 55 bytes.',
    advice: 'Choose a shorter name with --publication.',
  })
}

/** `ONLY` where the table has heirs: those are followed on their own, and would come twice. */
function tableClause(relation: PublishedRelation): string {
  const only = relation.kind === 'table' ? 'ONLY ' : ''
  return `${only}${pg.escapeIdentifier(relation.schema)}.${pg.escapeIdentifier(relation.name)}`
}

const publishes = { everyChange: 'insert, update, delete, truncate', inserts: 'insert, truncate' } as const

function createStatement(name: string, relations: readonly PublishedRelation[], publish: string): string {
  const tables = relations.length > 0 ? ` FOR TABLE ${relations.map(tableClause).join(', ')}` : ''
  return (
    `CREATE PUBLICATION ${pg.escapeIdentifier(name)}${tables} ` +
    `WITH (publish = '${publish}', publish_via_partition_root = true)`
  )
}

function commentStatement(name: string): string {
  return (
    `COMMENT ON PUBLICATION ${pg.escapeIdentifier(name)} IS ` +
    `'Made by Millrace for a local replica; millrace drop removes it.'`
  )
}

function split(relations: readonly PublishedRelation[]): { everyChange: PublishedRelation[]; inserts: PublishedRelation[] } {
  return {
    everyChange: relations.filter((relation) => relation.identityKey.length > 0),
    inserts: relations.filter((relation) => relation.identityKey.length === 0),
  }
}

/** All or nothing, and never waiting long behind another session's lock. */
async function inTransaction<Result>(client: pg.ClientBase, work: () => Promise<Result>): Promise<Result> {
  try {
    await client.query('BEGIN')
    await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`)
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw isRenamed(error) ? renamedMeanwhile() : faultOfSourceError(error)
  }
}

/** Tables go into a publication by the names that the catalog had a moment ago. */
function isRenamed(error: unknown): boolean {
  return ['42P01', '3F000'].includes((error as { code?: string }).code ?? '')
}

function renamedMeanwhile(): MillraceError {
  return new MillraceError({
    code: 'TABLE_CHANGED',
    message: 'A table was renamed or dropped while the publication was made.',
    advice: 'Millrace asks the catalog again by itself.',
  })
}

function chunks<Item>(items: readonly Item[]): Item[][] {
  const result: Item[][] = []
  for (let at = 0; at < items.length; at += TABLES_A_TRANSACTION) result.push(items.slice(at, at + TABLES_A_TRANSACTION))
  return result
}

/**
 * Makes `name` for the tables whose every change can be followed, and `${name}_inserts` (inserts and
 * truncates only) for those without replica identity; also where there are none yet, so that a running
 * stream, which names its publications once, sees those that are added. All or nothing.
 *
 * Throws PUBLICATION_NAME_TAKEN, INPUT_INVALID, NO_SELECT_PRIVILEGE, TABLE_CHANGED (asking again helps) and the faults
 * of the connection.
 * https://www.postgresql.org/docs/current/sql-createpublication.html
 */
export async function createPublications(
  client: pg.ClientBase,
  options: { name: string; followed: readonly PublishedRelation[] },
): Promise<{ names: string[] }> {
  checkPublicationName(options.name)
  const { everyChange, inserts } = split(options.followed)
  const wanted = [
    { name: options.name, relations: everyChange, publish: publishes.everyChange },
    { name: insertsPublicationName(options.name), relations: inserts, publish: publishes.inserts },
  ]
  const names = wanted.map(({ name }) => name)
  const isSmall = options.followed.length <= TABLES_A_TRANSACTION
  await inTransaction(client, async () => {
    for (const { name, relations, publish } of wanted) {
      await client.query(createStatement(name, isSmall ? relations : [], publish))
      await client.query(commentStatement(name))
    }
  })
  if (isSmall) return { names }
  try {
    for (const { name, relations } of wanted) await addTables(client, name, relations)
  } catch (error) {
    await dropPublications(client, names).catch(() => {})
    throw error
  }
  return { names }
}

async function addTables(client: pg.ClientBase, name: string, relations: readonly PublishedRelation[]): Promise<void> {
  for (const some of chunks(relations)) {
    const tables = some.map(tableClause).join(', ')
    await inTransaction(client, () => client.query(`ALTER PUBLICATION ${pg.escapeIdentifier(name)} ADD TABLE ${tables}`))
  }
}

/** Drops those of `names` that are there, and answers which were. */
export async function dropPublications(client: pg.ClientBase, names: readonly string[]): Promise<string[]> {
  const published = await readPublicationTables(client, names)
  for (const name of names) {
    // Dropping a publication locks the entry of each of its tables: of many, most go beforehand.
    const tables = published.filter((table) => table.publication === name).slice(TABLES_A_TRANSACTION)
    for (const some of chunks(tables)) {
      const list = some.map((table) => `ONLY ${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`).join(', ')
      await inTransaction(client, () => client.query(`ALTER PUBLICATION ${pg.escapeIdentifier(name)} DROP TABLE ${list}`))
    }
  }
  return inTransaction(client, async () => {
    const found = await existing(client, names)
    for (const name of found) await client.query(`DROP PUBLICATION IF EXISTS ${pg.escapeIdentifier(name)}`)
    return found
  })
}

async function existing(client: pg.ClientBase, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>({
    text: 'SELECT pubname::text AS name FROM pg_catalog.pg_publication WHERE pubname = ANY ($1::name[]) ORDER BY pubname',
    values: [names],
    types: pg.types,
  })
  return rows.map((row) => row.name)
}

export interface PublishedTable {
  publication: string
  oid: number
  schema: string
  name: string
  /** Changes that the publication lets through. */
  publishesUpdates: boolean
  publishesDeletes: boolean
  publishesInserts: boolean
  publishesTruncates: boolean
  viaPartitionRoot: boolean
  /** Somebody has given the table a row filter: rows are missing from the stream. */
  hasRowFilter: boolean
  /** The columns that are let through, where somebody has given the table a column list; else null. */
  columnList: number[] | null
}

/**
 * The tables of the publications as they are now: a table that is missing, filtered or cut here was
 * changed by somebody else. A publication that does not exist has no rows; see `missingPublications`.
 */
export async function readPublicationTables(client: pg.ClientBase, names: readonly string[]): Promise<PublishedTable[]> {
  // Row filters and column lists came with server 15: as JSON, their columns may be absent.
  const text = `
SELECT p.pubname::text AS publication, c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name,
       p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot,
       pg_catalog.to_jsonb(pr)->>'prqual' IS NOT NULL AS has_row_filter,
       pg_catalog.to_jsonb(pr)->>'prattrs' AS column_list
FROM pg_catalog.pg_publication AS p
JOIN pg_catalog.pg_publication_rel AS pr ON pr.prpubid = p.oid
JOIN pg_catalog.pg_class AS c ON c.oid = pr.prrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE p.pubname = ANY ($1::name[])
ORDER BY n.nspname, c.relname, p.pubname`
  try {
    const { rows } = await client.query({ text, values: [names], types: pg.types })
    return rows.map((row) => ({
      publication: row.publication,
      oid: Number(row.oid),
      schema: row.schema,
      name: row.name,
      publishesInserts: row.pubinsert,
      publishesUpdates: row.pubupdate,
      publishesDeletes: row.pubdelete,
      publishesTruncates: row.pubtruncate,
      viaPartitionRoot: row.pubviaroot,
      hasRowFilter: row.has_row_filter,
      columnList: row.column_list === null ? null : String(row.column_list).match(/\d+/g)!.map(Number),
    }))
  } catch (error) {
    throw faultOfSourceError(error)
  }
}

/** Those of `names` that the source does not have. */
export async function missingPublications(client: pg.ClientBase, names: readonly string[]): Promise<string[]> {
  try {
    const found = new Set(await existing(client, names))
    return names.filter((name) => !found.has(name))
  } catch (error) {
    throw faultOfSourceError(error)
  }
}

/**
 * Adds and removes tables, and makes the publications that are not there. An added table goes where its identity
 * belongs, whole: out of the other publication if it was there, and without the filter or column list that
 * somebody gave it. Throws as `createPublications` does.
 */
export async function alterPublications(
  client: pg.ClientBase,
  options: { name: string; add?: readonly PublishedRelation[]; remove?: readonly Pick<PublishedRelation, 'oid'>[] },
): Promise<void> {
  const { name, add = [], remove = [] } = options
  const insertsName = insertsPublicationName(name)
  const wanted = split(add)
  await inTransaction(client, async () => {
    const present = await existing(client, [name, insertsName])
    const published = await readPublicationTables(client, present)
    const leaving = new Set(remove.map((relation) => relation.oid))
    const target = new Map<number, string>([
      ...wanted.everyChange.map((relation) => [relation.oid, name] as const),
      ...wanted.inserts.map((relation) => [relation.oid, insertsName] as const),
    ])
    for (const table of published) {
      const belongs = target.get(table.oid)
      if (belongs === undefined ? !leaving.has(table.oid) : belongs === table.publication && isWhole(table)) continue
      const clause = `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`
      await client.query(`ALTER PUBLICATION ${pg.escapeIdentifier(table.publication)} DROP TABLE ONLY ${clause}`)
    }
    const isThere = (relation: PublishedRelation, publication: string): boolean =>
      published.some((table) => table.oid === relation.oid && table.publication === publication && isWhole(table))
    const groups = [
      { publication: name, relations: wanted.everyChange, publish: publishes.everyChange },
      { publication: insertsName, relations: wanted.inserts, publish: publishes.inserts },
    ]
    for (const { publication, relations, publish } of groups) {
      const missing = relations.filter((relation) => !isThere(relation, publication))
      if (present.includes(publication)) {
        if (missing.length === 0) continue
        const tables = missing.map(tableClause).join(', ')
        await client.query(`ALTER PUBLICATION ${pg.escapeIdentifier(publication)} ADD TABLE ${tables}`)
      } else {
        await client.query(createStatement(publication, missing, publish))
        await client.query(commentStatement(publication))
      }
    }
  })
}

function isWhole(table: PublishedTable): boolean {
  return !table.hasRowFilter && table.columnList === null
}

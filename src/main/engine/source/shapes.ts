import pg from 'pg'
import type { AttributeFact, SourceShape, StorageFact, TypeFact } from '../model/shape.ts'
import { readSourceTables } from './catalog.ts'
import { faultOfSourceError } from './faults.ts'
import { fingerprintsQuery, shapesQuery, typesFingerprintQuery } from './shapeQueries.ts'

interface ShapeRow {
  oid: string
  storage: StorageFact[]
  attributes: (Omit<AttributeFact, 'missingValue'> & { missing: string | null; isUndecidable: boolean })[]
  types: TypeFact[]
  key_index_oid: number | null
  publication_entries: number[]
}

/**
 * The tables as the source's catalog has them, by OID; one that is not there any more is missing. All of one
 * moment where the client is in a transaction of its own that is REPEATABLE READ; see `readShapesNow`.
 */
export async function readShapes(
  client: pg.ClientBase,
  oids: readonly number[],
  publicationNames: readonly string[],
): Promise<Map<number, SourceShape>> {
  const relations = await readSourceTables(client, { oids })
  try {
    const { rows } = await client.query<ShapeRow>({ text: shapesQuery, values: [oids, publicationNames], types: pg.types })
    const factsByOid = new Map(rows.map((row) => [Number(row.oid), row]))
    const shapes = new Map<number, SourceShape>()
    for (const relation of relations) {
      const facts = factsByOid.get(relation.oid)
      if (facts) shapes.set(relation.oid, { relation, ...factsOf(facts) })
    }
    return shapes
  } catch (error) {
    throw faultOfSourceError(error)
  }
}

/** As `readShapes`, in a short transaction of its own. */
export async function readShapesNow(
  client: pg.ClientBase,
  oids: readonly number[],
  publicationNames: readonly string[],
): Promise<Map<number, SourceShape>> {
  if (oids.length === 0) return new Map()
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    return await readShapes(client, oids, publicationNames)
  } finally {
    await client.query('ROLLBACK').catch(() => {})
  }
}

function factsOf(row: ShapeRow): Omit<SourceShape, 'relation'> {
  return {
    attributes: row.attributes.map(({ missing, isUndecidable, ...fact }) => ({
      ...fact,
      missingValue: isUndecidable ? ('undecidable' as const) : missing,
    })),
    storage: row.storage,
    keyIndexOid: row.key_index_oid,
    publicationEntries: row.publication_entries,
    types: row.types,
  }
}

/** One short text a table, by OID: unchanged as long as its shape, and the types that it may use, are. */
export async function readFingerprints(
  client: pg.ClientBase,
  oids: readonly number[],
  publicationNames: readonly string[],
): Promise<Map<number, string>> {
  try {
    const types = await client.query<{ fingerprint: string }>({ text: typesFingerprintQuery, types: pg.types })
    const { rows } = await client.query<{ oid: string; fingerprint: string }>({
      text: fingerprintsQuery,
      values: [oids, publicationNames],
      types: pg.types,
    })
    return new Map(rows.map((row) => [Number(row.oid), `${row.fingerprint} ${types.rows[0]!.fingerprint}`]))
  } catch (error) {
    throw faultOfSourceError(error)
  }
}

/** Those of the partitions that hold a row, or of which that cannot be told within the statement timeout. */
export async function readFilledPartitions(client: pg.ClientBase, oids: readonly number[]): Promise<Set<number>> {
  const filled = new Set<number>()
  for (const oid of oids) {
    try {
      const named = await client.query<{ name: string }>({ text: 'SELECT $1::oid::regclass::text AS name', values: [oid], types: pg.types })
      const { rows } = await client.query<{ has_rows: boolean }>({
        text: `SELECT EXISTS (SELECT 1 FROM ONLY ${named.rows[0]!.name}) AS has_rows`,
        types: pg.types,
      })
      if (rows[0]!.has_rows) filled.add(oid)
    } catch {
      filled.add(oid)
    }
  }
  return filled
}

/** By the OID of a table that is gone: the OID of the table that has its name now. */
export async function readNamesakes(
  client: pg.ClientBase,
  gone: readonly { oid: number; schema: string; name: string }[],
): Promise<Map<number, number>> {
  try {
    const { rows } = await client.query<{ gone: string; oid: string }>({
      text: `SELECT g.oid::text AS gone, c.oid::text AS oid
        FROM ROWS FROM (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[])) AS g (oid, schema, name)
        JOIN pg_catalog.pg_namespace AS n ON n.nspname = g.schema
        JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = g.name AND c.relkind IN ('r', 'p')`,
      values: [gone.map(({ oid }) => oid), gone.map(({ schema }) => schema), gone.map(({ name }) => name)],
      types: pg.types,
    })
    return new Map(rows.map((row) => [Number(row.gone), Number(row.oid)]))
  } catch (error) {
    throw faultOfSourceError(error)
  }
}

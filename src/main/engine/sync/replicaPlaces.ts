import type { DuckDBConnection } from '@duckdb/node-api'
import { readReplicaNames, writeReplicaName, type ReplicaName } from '../store/records.ts'
import { identifier, qualified } from '../store/sql.ts'
import type { TablePlan } from '../typemap/tablePlan.ts'
import type { FollowedTable } from './followedTables.ts'

/** A table whose copy gave its name up to another's. */
export interface SetAside {
  oid: number
  from: ReplicaName
  /** Its name in the replica from then on, in the same schema. */
  to: string
}

export function placeOf({ replicaSchema, replicaTable }: TablePlan): ReplicaName {
  return { schema: replicaSchema, table: replicaTable }
}

/** As DuckDB compares names: without regard to case. */
export function isSamePlace(one: ReplicaName, other: ReplicaName): boolean {
  return foldedPlace(one) === foldedPlace(other)
}

/** Equal for names that DuckDB holds equal. */
export function foldedPlace({ schema, table }: ReplicaName): string {
  return qualified(schema, table).toLowerCase()
}

/** Its copy went aside for another's, and nobody has its name in the replica any more. */
export function canTakeItsName(plan: TablePlan, tables: Iterable<FollowedTable>): boolean {
  const own = { schema: plan.replicaSchema, table: plan.name }
  if (isSamePlace(placeOf(plan), own)) return false
  return ![...tables].some((other) => other.plan.oid !== plan.oid && isSamePlace(placeOf(other.plan), own))
}

/**
 * Clears names in the replica for those of `newcomers`, as part of the caller's transaction: what the file says lies
 * there of another table goes aside, under a name of its own, until its table's turn comes.
 */
export async function clearPlaces(
  connection: DuckDBConnection,
  places: readonly ReplicaName[],
  newcomers: ReadonlySet<number>,
): Promise<SetAside[]> {
  const wanted = new Set(places.map(foldedPlace))
  const setAside: SetAside[] = []
  for (const [oid, from] of await readReplicaNames(connection)) {
    if (newcomers.has(oid) || !wanted.has(foldedPlace(from))) continue
    const to = `${from.table}_${oid}`
    await connection.run(`ALTER TABLE IF EXISTS ${qualified(from.schema, from.table)} RENAME TO ${identifier(to)}`)
    await writeReplicaName(connection, oid, { ...from, table: to })
    setAside.push({ oid, from, to })
  }
  return setAside
}

/** To be called once that is durable. A table that is planned for another place by now stays so. */
export function noteSetAside(tables: ReadonlyMap<number, FollowedTable>, setAside: readonly SetAside[]): void {
  for (const { oid, from, to } of setAside) {
    const table = tables.get(oid)
    if (table && isSamePlace(placeOf(table.plan), from)) table.plan = { ...table.plan, replicaTable: to }
  }
}

/** Drops what the file says lies there of this table, unless that is another's by now. Part of the caller's transaction. */
export async function dropReplica(connection: DuckDBConnection, oid: number): Promise<void> {
  const names = await readReplicaNames(connection)
  const own = names.get(oid)
  if (!own || [...names].some(([other, name]) => other !== oid && isSamePlace(name, own))) return
  await connection.run(`DROP TABLE IF EXISTS ${qualified(own.schema, own.table)}`)
}

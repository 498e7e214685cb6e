import pg from 'pg'
import type { Finding, SourceTable } from '../../contract/source.ts'
import type { IdentityGap, SourceColumn, SourceRelation } from '../model/relation.ts'
import { followsOf, obstacleOf, type Obstacle } from './catalog.ts'

/** What the type map says of a column; the part of it that a person is told before anything is copied. */
export interface ColumnOutlook {
  replicaType: string
  exactness: 'exact' | 'text'
  note?: string
}

/** What a table's state means, and what would change it. */
interface Explanation {
  found: string
  advice: string
  sql?: string
}

function quoted(relation: Pick<SourceRelation, 'schema' | 'name'>): string {
  return `${pg.escapeIdentifier(relation.schema)}.${pg.escapeIdentifier(relation.name)}`
}

function shown(relation: Pick<SourceRelation, 'schema' | 'name'>): string {
  return `${relation.schema}.${relation.name}`
}

const obstacleChecks: Readonly<Record<Obstacle, string>> = {
  unlogged: 'table-unlogged',
  'no-columns': 'table-columns',
  'no-select': 'table-select',
  'not-owner': 'table-owner',
  'row-security': 'table-row-security',
}

function explainObstacle(obstacle: Obstacle, relation: SourceRelation, user: string): Explanation {
  const name = shown(relation)
  const table = quoted(relation)
  const role = pg.escapeIdentifier(user)
  switch (obstacle) {
    case 'unlogged':
      return relation.kind === 'partitioned'
        ? {
            found: `${name} has a partition that is unlogged or foreign, whose changes are not in the log.`,
            advice: 'Make all of its partitions ordinary logged tables.',
          }
        : {
            found: `${name} is unlogged, so its changes are not in the log.`,
            advice: 'Make it logged, which rewrites it.',
            sql: `ALTER TABLE ${table} SET LOGGED;`,
          }
    case 'no-columns':
      return { found: `${name} has no columns that could be copied.`, advice: 'Nothing is to be done.' }
    case 'no-select':
      return {
        found: `The role ${user} may not read ${name}.`,
        advice: 'Grant it SELECT on the table and USAGE on its schema.',
        sql:
          `GRANT USAGE ON SCHEMA ${pg.escapeIdentifier(relation.schema)} TO ${role};\n` +
          `GRANT SELECT ON ${table} TO ${role};`,
      }
    case 'not-owner':
      return {
        found: `${name} belongs to ${relation.owner}, and only its owner may put it into a publication.`,
        advice: `Make ${user} a member of ${relation.owner}, or connect as the owner or as a superuser.`,
        sql: `GRANT ${pg.escapeIdentifier(relation.owner)} TO ${role};`,
      }
    case 'row-security':
      return {
        found: `Row-level security hides rows of ${name} from the role ${user}, while the log has them all.`,
        advice: 'Give the role BYPASSRLS, so that copy and log agree.',
        sql: `ALTER ROLE ${role} BYPASSRLS;`,
      }
  }
}

const gapReasons: Readonly<Record<IdentityGap, string>> = {
  'no-primary-key': 'has no primary key',
  'deferrable-primary-key': 'has a deferrable primary key, which Postgres does not use to name a row in the log',
  'identity-nothing': 'has REPLICA IDENTITY NOTHING',
  'identity-index-missing': 'has REPLICA IDENTITY USING INDEX, but the index is gone or invalid',
  'generated-key-column': 'has a generated column in its key, and the log leaves generated columns out',
  'full-with-generated-column':
    'has REPLICA IDENTITY FULL and a generated column, and updates of such a table fail once they are published',
  'partitions-differ': 'has partitions whose replica identity differs from its own, or would for a new partition',
}

function gapSql(gap: IdentityGap, relation: SourceRelation): string {
  const table = quoted(relation)
  // A key is not used while another identity is set.
  const andUse = relation.replicaIdentity === 'default' ? '' : ', REPLICA IDENTITY DEFAULT'
  const addKey = `ALTER TABLE ${table} ADD PRIMARY KEY (…)${andUse};`
  const full = `ALTER TABLE ${table} REPLICA IDENTITY FULL;`
  switch (gap) {
    case 'no-primary-key':
    case 'identity-nothing':
    case 'identity-index-missing':
      if (relation.primaryKey.length > 0) return `ALTER TABLE ${table} REPLICA IDENTITY DEFAULT;`
      return relation.kind === 'partitioned' || relation.columns.some((column) => column.generated !== '')
        ? addKey
        : `${addKey}\n-- or, for a table that is small or seldom changed:\n${full}`
    case 'deferrable-primary-key':
    case 'generated-key-column':
      return `-- a unique index on plain columns that are NOT NULL:\nALTER TABLE ${table} REPLICA IDENTITY USING INDEX …;`
    case 'full-with-generated-column':
      return relation.primaryKey.length > 0 ? `ALTER TABLE ${table} REPLICA IDENTITY DEFAULT;` : addKey
    case 'partitions-differ':
      return relation.primaryKey.length > 0
        ? `ALTER TABLE ${table} REPLICA IDENTITY DEFAULT;\n-- and the same for each of its partitions`
        : `${addKey}\n-- and REPLICA IDENTITY DEFAULT for each of its partitions that has another`
  }
}

function explainGap(gap: IdentityGap, relation: SourceRelation): Explanation {
  return {
    found: `${shown(relation)} ${gapReasons[gap]}: only inserts and truncates can be followed.`,
    advice:
      'Give it a key if updates and deletes shall be followed, or leave it out; else Millrace publishes its inserts alone, ' +
      "so that the source's own updates never fail.",
    sql: gapSql(gap, relation),
  }
}

const GENERATED_NOTE = 'Generated on the source, which leaves it out of its log; not copied.'

function columnOf(
  column: SourceColumn,
  isKey: boolean,
  planColumn: (column: SourceColumn) => ColumnOutlook,
): SourceTable['columns'][number] {
  const shape = { name: column.name, type: column.typeName, nullable: column.nullable, key: isKey }
  if (column.generated !== '') return { ...shape, replicaType: 'not copied', exact: true, note: GENERATED_NOTE }
  const { replicaType, exactness, note } = planColumn(column)
  return { ...shape, replicaType, exact: exactness === 'exact', ...(note ? { note } : {}) }
}

/** A table as the window shows it before it is chosen. */
export function sourceTableOf(
  relation: SourceRelation,
  user: string,
  planColumn: (column: SourceColumn) => ColumnOutlook,
): SourceTable {
  const obstacle = obstacleOf(relation)
  // Under FULL the old row comes whole, and the primary key, where there is one, names it well enough.
  const isWhole = relation.replicaIdentity === 'full' && relation.primaryKey.length > 0
  const key = relation.identityKey.length === 0 ? [] : isWhole ? relation.primaryKey : relation.identityKey
  const nameOf = new Map(relation.columns.map((column) => [column.attnum, column.name]))
  const explanation = obstacle
    ? explainObstacle(obstacle, relation, user)
    : relation.identityGap
      ? explainGap(relation.identityGap, relation)
      : null
  return {
    oid: relation.oid,
    schema: relation.schema,
    name: relation.name,
    kind: relation.kind,
    estimatedRows: relation.estimatedRows,
    totalBytes: relation.totalBytes,
    replicaIdentity: relation.replicaIdentity,
    key: key.map((attnum) => nameOf.get(attnum)!),
    follows: followsOf(relation),
    ...(explanation ? { reason: explanation.found } : {}),
    columns: relation.columns.map((column) => columnOf(column, key.includes(column.attnum), planColumn)),
  }
}

/** More of one kind than a person reads are told as a number. */
const MOST_OF_A_KIND = 50

export interface TableFindingOptions {
  user: string
  /** True where the tables were chosen, so that what stands against one of them stops the start. */
  isChosen(relation: SourceRelation): boolean
}

/** What the tables mean for following them; tables that are plainly well have no finding of their own. */
export function tableFindingsOf(relations: readonly SourceRelation[], options: TableFindingOptions): Finding[] {
  const findings: Finding[] = []
  for (const relation of relations) {
    const table = { schema: relation.schema, name: relation.name }
    const obstacle = obstacleOf(relation)
    if (obstacle) {
      const severity = options.isChosen(relation) ? 'blocker' : 'warning'
      findings.push({ check: obstacleChecks[obstacle], severity, table, ...explainObstacle(obstacle, relation, options.user) })
      continue
    }
    if (relation.identityGap) {
      findings.push({ check: 'table-identity', severity: 'warning', table, ...explainGap(relation.identityGap, relation) })
    } else if (relation.replicaIdentity === 'full') {
      findings.push({
        check: 'table-identity-full',
        severity: 'note',
        table,
        found: `${shown(relation)} has REPLICA IDENTITY FULL, which writes the whole old row to the log at every update and delete.`,
        advice: 'Use a primary key as its identity if it is changed much.',
        ...(relation.primaryKey.length > 0 ? { sql: `ALTER TABLE ${quoted(relation)} REPLICA IDENTITY DEFAULT;` } : {}),
      })
    }
    if (relation.hasRowSecurity) {
      findings.push({
        check: 'table-row-security',
        severity: 'note',
        table,
        found: `${shown(relation)} has row-level security, and the replica will hold all of its rows without it.`,
        advice: 'Leave it out if who opens the file may not see them all.',
      })
    }
  }
  findings.push(...collisionsOf(relations, options))
  return shortened(findings)
}

/** DuckDB folds case: https://duckdb.org/docs/stable/sql/dialect/keywords_and_identifiers */
function collisionsOf(relations: readonly SourceRelation[], options: TableFindingOptions): Finding[] {
  const first = new Map<string, SourceRelation>()
  const findings: Finding[] = []
  for (const relation of relations) {
    if (obstacleOf(relation)) continue
    const folded = `${relation.schema}.${relation.name}`.toLowerCase()
    const other = first.get(folded)
    if (!other) {
      first.set(folded, relation)
      continue
    }
    findings.push({
      check: 'table-names',
      severity: options.isChosen(relation) && options.isChosen(other) ? 'blocker' : 'warning',
      table: { schema: relation.schema, name: relation.name },
      found: `${shown(other)} and ${shown(relation)} differ in upper and lower case only, which the replica cannot tell apart.`,
      advice: 'Leave one of them out.',
    })
  }
  return findings
}

function shortened(findings: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>()
  const kept: Finding[] = []
  for (const finding of findings) {
    const kind = `${finding.check} ${finding.severity}`
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    if (count <= MOST_OF_A_KIND) kept.push(finding)
  }
  for (const [kind, count] of counts) {
    if (count <= MOST_OF_A_KIND) continue
    const example = kept.find((finding) => `${finding.check} ${finding.severity}` === kind)!
    kept.push({
      check: example.check,
      severity: example.severity,
      found: `The same holds for ${count - MOST_OF_A_KIND} more tables (${example.check}).`,
      advice: example.advice,
    })
  }
  return kept
}

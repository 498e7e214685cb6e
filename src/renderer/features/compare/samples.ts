import type { CatalogTable } from '../../../main/contract/query.ts'
import { writtenName, writtenTableName } from '../../components/sql/names.ts'

export interface Sample {
  /** What kind of question it is. */
  title: string
  /** Who is expected to be good at it, and why; one line. */
  hint: string
  sql: string
}

type Column = CatalogTable['columns'][number]

const typeOf = (column: Column): string => (column.sourceType ?? column.type).toLowerCase()
const isInteger = (column: Column): boolean => /^(big|small|huge)?int(eger|[248])?$/.test(typeOf(column))
const isAmount = (column: Column): boolean =>
  /^(numeric|decimal|double|float|real|money)/.test(typeOf(column)) ||
  (isInteger(column) && /amount|total|price|quantity|count|stock|cents|balance/.test(column.name))
const isText = (column: Column): boolean =>
  /^(text|varchar|char|citext|enum)/.test(typeOf(column)) && column.note === null
const isInstant = (column: Column): boolean => /^(timestamp|date)/.test(typeOf(column))
/** Columns of few values are known by their names; a column of many would make a poor group. */
const CATEGORY_NAME = new RegExp(
  'status|state|country|type|kind|category|method|region|channel|currency|priority|segment|warehouse|carrier',
)
const isCategory = (column: Column): boolean =>
  !column.key && (typeOf(column) === 'boolean' || (isText(column) && CATEGORY_NAME.test(column.name)))

function aggregate(table: CatalogTable): Sample | null {
  const category = table.columns.find(isCategory)
  const amount = table.columns.find(isAmount)
  return category && amount ? aggregateOf(table, category, amount) : null
}

function simplerAggregate(table: CatalogTable): Sample | null {
  const category = table.columns.find(isCategory)
  const amount = table.columns.find(isAmount)
  return category || amount ? aggregateOf(table, category, amount) : null
}

function aggregateOf(table: CatalogTable, category: Column | undefined, amount: Column | undefined): Sample {
  const figures = ['count(*)']
  if (amount) figures.push(`sum(${writtenName(amount.name)})`, `min(${writtenName(amount.name)})`)
  const group = category ? `\nGROUP BY 1\nORDER BY 1` : ''
  const columns = category ? [writtenName(category.name), ...figures] : figures
  return {
    title: 'Aggregate',
    hint: 'Few columns of every row: what a column store is made for.',
    sql: `SELECT ${columns.join(', ')}\nFROM ${writtenTableName(table)}${group}`,
  }
}

function overTime(table: CatalogTable): Sample | null {
  const instant = table.columns.find(isInstant)
  if (!instant) return null
  return {
    title: 'By month',
    hint: 'One column of every row.',
    sql: [
      `SELECT date_trunc('month', ${writtenName(instant.name)}) AS month, count(*)`,
      `FROM ${writtenTableName(table)}`,
      'GROUP BY 1\nORDER BY 1',
    ].join('\n'),
  }
}

function keyLookup(table: CatalogTable): Sample | null {
  const keys = table.columns.filter(({ key }) => key)
  const [key] = keys
  if (keys.length !== 1 || !key || !isInteger(key)) return null
  const value = Math.max(1, Math.floor((table.rows ?? 2) / 2))
  return {
    title: 'Primary key',
    hint: 'One whole row by its key: what a row store is made for.',
    sql: `SELECT *\nFROM ${writtenTableName(table)}\nWHERE ${writtenName(key.name)} = ${value}`,
  }
}

function topN(table: CatalogTable): Sample | null {
  const measure = table.columns.find(isAmount) ?? table.columns.find(isInstant)
  const keys = table.columns.filter(({ key }) => key)
  if (!measure || keys.length === 0) return null
  // The key makes the order total, so that the answers can be compared row by row.
  const order = [`${writtenName(measure.name)} DESC`, ...keys.map((key) => writtenName(key.name))]
  return {
    title: 'Top 20',
    hint: 'All rows are looked at, twenty are kept whole.',
    sql: `SELECT *\nFROM ${writtenTableName(table)}\nORDER BY ${order.join(', ')}\nLIMIT 20`,
  }
}

/** A column `customer_id` and a table `customers` (or `customer`) with a single key belong together. */
function join(table: CatalogTable, tables: readonly CatalogTable[]): Sample | null {
  for (const column of table.columns) {
    const stem = /^(.+)_id$/.exec(column.name)?.[1]
    if (!stem) continue
    const plural = stem.endsWith('y') ? `${stem.slice(0, -1)}ies` : `${stem}s`
    const names = [stem, plural, `${stem}es`]
    const other = tables.find(({ schema, name }) => schema === table.schema && names.includes(name))
    const category = other?.columns.find(isCategory)
    const key = other?.columns.filter((candidate) => candidate.key)
    if (!other || !category || key?.length !== 1) continue
    const amount = table.columns.find(isAmount)
    const figures = ['count(*)', ...(amount ? [`sum(a.${writtenName(amount.name)})`] : [])].join(', ')
    return {
      title: 'Join',
      hint: 'Two tables, every row of both.',
      sql: [
        `SELECT b.${writtenName(category.name)}, ${figures}`,
        `FROM ${writtenTableName(table)} a`,
        `JOIN ${writtenTableName(other)} b ON b.${writtenName(key[0]!.name)} = a.${writtenName(column.name)}`,
        'GROUP BY 1\nORDER BY 1',
      ].join('\n'),
    }
  }
  return null
}

/** A few statements from the person's own schema, about its largest fitting table each. */
export function samplesOf(tables: readonly CatalogTable[]): Sample[] {
  const candidates = tables
    .filter((table) => table.replicated && table.kind !== 'view' && !['millrace', 'history'].includes(table.schema))
    .sort((first, second) => (second.rows ?? 0) - (first.rows ?? 0))
  const first = (kind: (table: CatalogTable) => Sample | null): Sample | null => {
    for (const table of candidates) {
      const sample = kind(table)
      if (sample) return sample
    }
    return null
  }
  return [
    first(aggregate) ?? first(simplerAggregate),
    first((table) => join(table, candidates)),
    first(overTime),
    first(topN),
    first(keyLookup),
  ].filter((sample) => sample !== null)
}

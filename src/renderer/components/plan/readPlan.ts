import type { EngineName } from '../../../main/contract/values.ts'

/** One step of a plan, in the words of its engine. */
export interface PlanNode {
  title: string
  /** What it works on, or how it finds it. */
  detail: string | null
  /** Rows that came out of it, over all loops; null where the statement was not run. */
  rows: number | null
  /** Rows that the engine expected, over all loops. */
  expectedRows: number | null
  /** Of this step alone, without those beneath it, over all loops, threads and workers; milliseconds. */
  ms: number | null
  /** The planner's estimate for this step alone, in its own unit; Postgres only. */
  cost: number | null
  children: PlanNode[]
}

export interface ReadPlan {
  roots: PlanNode[]
  /** Where most of the time went, or, where it was not run, most of the estimated cost; null where nothing tells. */
  costliest: PlanNode | null
  /** The whole by the same measure as the costliest step: milliseconds, or cost. */
  total: number
}

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value.trim() || null
  return Array.isArray(value) ? value.map(String).join(', ') || null : null
}
const numberOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const objectsOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])
const joined = (...parts: (string | null)[]): string | null => parts.filter(Boolean).join(' · ') || null

/** What stays of a figure that holds its children's. Parallel workers may add up to more than their parent. */
function own(whole: number | null, children: readonly (number | null)[]): number | null {
  if (whole === null) return null
  return Math.max(0, children.reduce<number>((rest, child) => rest - (child ?? 0), whole))
}

/** https://www.postgresql.org/docs/current/sql-explain.html with FORMAT JSON: rows and times are per loop. */
function sourceNode(node: Json): PlanNode {
  const loops = numberOf(node['Actual Loops']) ?? 1
  const rows = numberOf(node['Actual Rows'])
  const expected = numberOf(node['Plan Rows'])
  const index = textOf(node['Index Name'])
  const condition = textOf(node['Index Cond']) ?? textOf(node['Hash Cond']) ?? textOf(node['Filter'])
  const plans = objectsOf(node['Plans'])
  return {
    title: textOf(node['Node Type']) ?? 'Step',
    detail: joined(
      textOf(node['Relation Name']),
      index && `by ${index}`,
      textOf(node['Group Key']) ?? textOf(node['Sort Key']),
      condition,
    ),
    rows: rows === null ? null : Math.round(rows * loops),
    expectedRows: expected === null ? null : Math.round(expected * loops),
    ms: own(timeOf(node), plans.map(timeOf)),
    cost: own(numberOf(node['Total Cost']), plans.map((plan) => numberOf(plan['Total Cost']))),
    children: plans.map(sourceNode),
  }
}

function timeOf(node: Json): number | null {
  const ms = numberOf(node['Actual Total Time'])
  return ms === null ? null : ms * (numberOf(node['Actual Loops']) ?? 1)
}

const words = (name: string): string => {
  const lower = name.trim().toLowerCase().replaceAll('_', ' ')
  return lower.charAt(0).toUpperCase() + lower.slice(1)
}

const wholeNumberIn = (text: string | null): number | null =>
  text !== null && /^~?\d+$/.test(text) ? Number(text.replace('~', '')) : null

/** Steps of DuckDB's profile that only wrap the statement. */
const WRAPPERS = new Set(['EXPLAIN_ANALYZE', 'QUERY', 'RESULT_COLLECTOR', 'STREAMING_RESULT_COLLECTOR'])

/** https://duckdb.org/docs/stable/dev/profiling: each step's time is its own. */
function replicaNodes(node: Json): PlanNode[] {
  const name = textOf(node['operator_name']) ?? textOf(node['operator_type']) ?? textOf(node['name'])
  const children = objectsOf(node['children']).flatMap(replicaNodes)
  if (name === null || WRAPPERS.has(name.trim())) return children
  const info = isObject(node['extra_info']) ? node['extra_info'] : {}
  const seconds = numberOf(node['operator_timing'])
  const of = (key: string): string | null => textOf(info[key])
  const title = of('Function') ? `${words(name)}: ${words(of('Function')!)}` : words(name)
  return [
    {
      title,
      detail: joined(of('Table'), of('Groups') ?? of('Order By') ?? of('Conditions'), of('Filters'), of('Projections')),
      rows: numberOf(node['operator_cardinality']),
      expectedRows: wholeNumberIn(of('Estimated Cardinality')),
      ms: seconds === null ? null : seconds * 1000,
      cost: null,
      children,
    },
  ]
}

/** The plan as steps; null where it is not the JSON of its engine: then it is shown as it was printed. */
export function readPlan(engine: EngineName, plan: string): ReadPlan | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(plan)
  } catch {
    return null
  }
  const roots = Array.isArray(parsed) ? parsed.filter(isObject) : isObject(parsed) ? [parsed] : []
  const tree =
    engine === 'source'
      ? roots.flatMap((root) => (isObject(root['Plan']) ? [sourceNode(root['Plan'])] : []))
      : roots.flatMap(replicaNodes)
  return tree.length > 0 ? { roots: tree, ...costliestOf(tree) } : null
}

function costliestOf(tree: readonly PlanNode[]): Pick<ReadPlan, 'costliest' | 'total'> {
  const all = tree.flatMap(withAllBeneath)
  const measure = all.some(({ ms }) => ms !== null) ? 'ms' : 'cost'
  const total = all.reduce((sum, node) => sum + (node[measure] ?? 0), 0)
  const costliest = all.reduce<PlanNode | null>(
    (most, node) => ((node[measure] ?? 0) > (most?.[measure] ?? 0) ? node : most),
    null,
  )
  return { costliest, total }
}

function withAllBeneath(node: PlanNode): PlanNode[] {
  return [node, ...node.children.flatMap(withAllBeneath)]
}

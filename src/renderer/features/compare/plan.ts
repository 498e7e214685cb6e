import type { EngineName } from '../../../main/contract/values.ts'

/** One step of a plan, in the words of its engine. */
export interface PlanNode {
  title: string
  /** What it works on, or how it finds it. */
  detail: string | null
  rows: number | null
  /** Time within this step and those beneath it where the engine counts so; milliseconds. */
  ms: number | null
  children: PlanNode[]
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

/** https://www.postgresql.org/docs/current/sql-explain.html with FORMAT JSON: rows and times are per loop. */
function sourceNode(node: Json): PlanNode {
  const loops = numberOf(node['Actual Loops']) ?? 1
  const rows = numberOf(node['Actual Rows'])
  const ms = numberOf(node['Actual Total Time'])
  const index = textOf(node['Index Name'])
  const condition = textOf(node['Index Cond']) ?? textOf(node['Hash Cond']) ?? textOf(node['Filter'])
  return {
    title: textOf(node['Node Type']) ?? 'Step',
    detail: joined(
      textOf(node['Relation Name']),
      index && `by ${index}`,
      textOf(node['Group Key']) ?? textOf(node['Sort Key']),
      condition,
    ),
    rows: rows === null ? null : Math.round(rows * loops),
    ms: ms === null ? null : ms * loops,
    children: objectsOf(node['Plans']).map(sourceNode),
  }
}

const words = (name: string): string => {
  const lower = name.trim().toLowerCase().replaceAll('_', ' ')
  return lower.charAt(0).toUpperCase() + lower.slice(1)
}

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
      ms: seconds === null ? null : seconds * 1000,
      children,
    },
  ]
}

/** The plan as steps; null where it is not the JSON of its engine: then it is shown as it was printed. */
export function readPlan(engine: EngineName, plan: string): PlanNode[] | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(plan)
  } catch {
    return null
  }
  const roots = Array.isArray(parsed) ? parsed.filter(isObject) : isObject(parsed) ? [parsed] : []
  const nodes =
    engine === 'source'
      ? roots.flatMap((root) => (isObject(root['Plan']) ? [sourceNode(root['Plan'])] : []))
      : roots.flatMap(replicaNodes)
  return nodes.length > 0 ? nodes : null
}

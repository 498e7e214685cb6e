import type { DuckDBConnection } from '@duckdb/node-api'
import type { ChartData, ChartSettings, TimeBucket } from '../../contract/chart.ts'
import type { Cell } from '../../contract/values.ts'
import { automaticBucket, canBucket, chartSql, measureNames, mostBuckets, planChart } from './chartQuery.ts'
import type { ChartPlan } from './chartQuery.ts'
import { readBounds, readHistogram } from './columnStatistics.ts'
import type { Relation } from './relation.ts'

/** What the chart draws of the relation. Throws CHART_COLUMN_MISSING. */
export async function readChartData(
  connection: DuckDBConnection,
  relation: Relation,
  settings: ChartSettings,
): Promise<ChartData> {
  const plan = planChart(settings, relation.columns)
  if (plan.kind === 'histogram') {
    const bars = await readHistogram(connection, relation, plan.x, await readBounds(connection, relation, plan.x))
    if (bars) {
      const rows = bars.map(({ from, to, count }) => [from, to, String(count)])
      return { rows, measures: ['rows'], bucket: 'none', note: relation.note }
    }
    // What has no bars is counted by value.
    return readGroups(connection, relation, { ...plan, kind: 'bar', y: [], aggregate: 'count' }, 'none')
  }
  const bucket = canBucket(plan) ? await bucketFor(connection, relation, plan, settings.bucket) : 'none'
  return readGroups(connection, relation, plan, bucket)
}

async function bucketFor(
  connection: DuckDBConnection,
  relation: Relation,
  { x, kind }: ChartPlan,
  wanted: TimeBucket,
): Promise<TimeBucket> {
  if (wanted !== 'auto') return wanted
  const { lowest, highest, distinct } = await readBounds(connection, relation, x)
  return automaticBucket((highest ?? 0) - (lowest ?? 0), distinct, /^date$/i.test(x.type), mostBuckets(kind))
}

async function readGroups(
  connection: DuckDBConnection,
  relation: Relation,
  plan: ChartPlan,
  bucket: TimeBucket,
): Promise<ChartData> {
  const sql = chartSql(plan, relation, bucket)
  const rows = (await connection.runAndReadAll(sql.rows)).getRows() as Cell[][]
  const notes = relation.note === null ? [] : [relation.note]
  if (sql.counts) {
    const [counts] = (await connection.runAndReadAll(sql.counts)).getRows()
    const [categories = 0, series = 0] = (counts ?? []).map(Number)
    if (plan.kind === 'scatter' && categories > sql.mostCategories) {
      notes.push(`A random ${sql.mostCategories} of ${categories} rows.`)
    } else if (categories > sql.mostCategories) {
      notes.push(`The first ${sql.mostCategories} of ${categories} values of ${plan.x.name}.`)
    }
    if (series > sql.mostSeries) notes.push(`The largest ${sql.mostSeries} of ${series} values of ${plan.series!.name}.`)
  }
  return { rows, measures: measureNames(plan), bucket, note: notes.length > 0 ? notes.join(' ') : null }
}

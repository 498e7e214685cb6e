import type { EChartsCoreOption } from 'echarts/core'
import type { ChartData, ChartSettings } from '../../../main/contract/chart.ts'
import type { Cell, ResultColumn } from '../../../main/contract/values.ts'
import { formatExact, formatShortCount } from '../format.ts'

/** The colours of the page, as a canvas wants them. */
export interface ChartColors {
  ink: string
  muted: string
  line: string
  paper: string
  raised: string
  /** Series in their order; the first is the engine's own. */
  series: readonly string[]
  /** From nothing to the most. */
  scale: readonly [string, string]
}

const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'pin', 'arrow']
const FONT = '"Inter Variable", Inter, system-ui, sans-serif'

/** `NULL` and `''` are told apart from each other and from words. */
export function labelOf(cell: Cell): string {
  return cell === null ? 'NULL' : cell === '' ? "''" : cell
}

/** Milliseconds since the epoch of an instant's text; null for what is none. */
export function msOf(cell: Cell): number | null {
  if (cell === null) return null
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*)?([+-]\d\d(?::\d\d)?)?$/.exec(cell)
  if (!match) return null
  const zone = match[3] ? (match[3].length === 3 ? `${match[3]}:00` : match[3]) : 'Z'
  const ms = Date.parse(`${match[1]}T${match[2] ?? '00:00:00'}${zone}`)
  return Number.isNaN(ms) ? null : ms
}

const numberOf = (cell: Cell): number | null => (cell === null || !Number.isFinite(Number(cell)) ? null : Number(cell))

/** Rows by series: `sum(total)`, `DE`, `DE · sum(total)`. */
export function seriesOf(
  { series }: Pick<ChartSettings, 'series'>,
  { rows, measures }: Pick<ChartData, 'rows' | 'measures'>,
): { name: string; points: [x: Cell, y: number | null][] }[] {
  const byName = new Map<string, [Cell, number | null][]>()
  for (const [x = null, split = null, ...values] of rows) {
    for (const [at, measure] of measures.entries()) {
      const name =
        series === null ? measure : measures.length > 1 ? `${labelOf(split)} · ${measure}` : labelOf(split)
      const points = byName.get(name)
      const point: [Cell, number | null] = [x, numberOf(values[at] ?? null)]
      if (points) points.push(point)
      else byName.set(name, [point])
    }
  }
  return [...byName].map(([name, points]) => ({ name, points }))
}

type AxisKind = 'time' | 'value' | 'category'

function axisKind(settings: ChartSettings, x: ResultColumn | undefined, rows: ChartData['rows']): AxisKind {
  if (!['line', 'area', 'scatter'].includes(settings.kind)) return 'category'
  if (x?.kind === 'number') return 'value'
  return x?.kind === 'instant' && rows.every(([cell = null]) => cell === null || msOf(cell) !== null) ? 'time' : 'category'
}

function axisStyle(colors: ChartColors) {
  return {
    axisLine: { lineStyle: { color: colors.line } },
    axisTick: { show: false },
    axisLabel: { color: colors.muted, fontSize: 12, hideOverlap: true },
    splitLine: { lineStyle: { color: colors.line } },
    nameTextStyle: { color: colors.muted, fontSize: 12 },
  }
}

function base(colors: ChartColors, isStill: boolean): EChartsCoreOption {
  return {
    color: [...colors.series],
    textStyle: { fontFamily: FONT, color: colors.ink },
    useUTC: true,
    animation: !isStill,
    animationDuration: 120,
    animationDurationUpdate: 120,
    grid: { left: 12, right: 20, top: 40, bottom: 36, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: { type: 'scroll', top: 6, left: 8, icon: 'roundRect', itemWidth: 10, itemHeight: 10,
      textStyle: { color: colors.ink, fontSize: 12 }, pageIconColor: colors.ink, pageTextStyle: { color: colors.muted } },
    tooltip: { trigger: 'axis', confine: true, backgroundColor: colors.raised, borderColor: colors.line,
      textStyle: { color: colors.ink, fontSize: 12 }, axisPointer: { lineStyle: { color: colors.muted } },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? formatExact(String(value)) : '–') },
  }
}

const shortNumber = (value: number): string => {
  if (value < 0) return `−${shortNumber(-value)}`
  return Number.isInteger(value) || value >= 1000 ? formatShortCount(value) : String(Number(value.toPrecision(3)))
}

/** Along an axis a year stays a year. */
const axisNumber = (value: number): string => (Math.abs(value) < 10_000 ? String(value) : shortNumber(value))

/** Beyond as many as there are colours, they come again hatched, so that no two look alike. */
function hatchedAgain(at: number, colors: ChartColors): object {
  if (at < colors.series.length) return {}
  return { decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: colors.paper } }
}

/** Each kind but the pivot, which is a table. */
export function chartOption(
  settings: ChartSettings,
  data: ChartData,
  columns: readonly ResultColumn[],
  colors: ChartColors,
  isStill: boolean,
): EChartsCoreOption {
  const x = columns.find(({ name }) => name === settings.x)
  const axis = axisStyle(colors)
  const common = base(colors, isStill)
  const valueAxis = { type: 'value', ...axis, axisLabel: { ...axis.axisLabel, formatter: shortNumber } }
  const categoryAxis = (names: readonly string[]) => ({
    type: 'category', data: names, ...axis, splitLine: { show: false },
    axisLabel: { ...axis.axisLabel, formatter: (name: string) => (name.length > 24 ? `${name.slice(0, 23)}…` : name) },
  })
  // A histogram's rows have edges; what has no edges comes as counted categories.
  if (settings.kind === 'histogram') {
    const hasEdges = data.rows.every((row) => row[1] !== null)
    return {
      ...common, legend: { show: false },
      xAxis: { ...categoryAxis(data.rows.map(([from = null, to = null]) => (hasEdges ? `${labelOf(from)} – ${labelOf(to)}` : labelOf(from)))),
        axisLabel: { ...axis.axisLabel, formatter: (name: string) => (hasEdges ? name.split(' – ')[0]! : name) } },
      yAxis: valueAxis,
      series: [{ type: 'bar', name: 'rows', data: data.rows.map((row) => numberOf(row[2] ?? null)), barCategoryGap: '4%' }],
    }
  }
  if (settings.kind === 'heatmap') return heatmap(data, colors, common, categoryAxis)
  const series = seriesOf(settings, data)
  if (settings.kind === 'pie') {
    const slices = (series[0]?.points ?? []).map(([name, value], at) => ({ name: labelOf(name), value, itemStyle: hatchedAgain(at, colors) }))
    return { ...common, tooltip: { ...(common.tooltip as object), trigger: 'item' },
      series: [{ type: 'pie', radius: ['0%', '68%'], center: ['50%', '54%'], data: slices, minShowLabelAngle: 12,
        label: { color: colors.ink, formatter: '{b} {d} %' }, itemStyle: { borderColor: colors.paper, borderWidth: 1 } }] }
  }
  const kind = axisKind(settings, x, data.rows)
  const categories = kind === 'category' ? [...new Set(data.rows.map(([cell = null]) => labelOf(cell)))] : []
  const place = (cell: Cell) => (kind === 'category' ? labelOf(cell) : kind === 'time' ? msOf(cell) : numberOf(cell))
  const isBar = settings.kind === 'bar' || settings.kind === 'stacked'
  const isArea = settings.kind === 'area'
  const manyPoints = series.some(({ points }) => points.length > 80)
  return {
    ...common,
    legend: { ...(common.legend as object), show: series.length > 1 || settings.kind !== 'scatter' },
    tooltip: { ...(common.tooltip as object), trigger: settings.kind === 'scatter' ? 'item' : 'axis' },
    xAxis:
      kind === 'category'
        ? categoryAxis(categories)
        : { type: kind, scale: true, ...axis, splitLine: { show: false },
            // Of a time axis echarts knows better; a year is no amount.
            ...(kind === 'value' ? { axisLabel: { ...axis.axisLabel, formatter: axisNumber } } : {}),
            ...(settings.kind === 'scatter' ? { name: settings.x, nameLocation: 'middle', nameGap: 26 } : {}) },
    yAxis: { ...valueAxis, scale: settings.kind === 'scatter' || settings.kind === 'line' },
    series: series.map(({ name, points }, at) => ({
      name,
      type: isBar ? 'bar' : settings.kind === 'scatter' ? 'scatter' : 'line',
      data: points.map(([cell, value]) => [place(cell), value]),
      ...(settings.kind === 'stacked' || (isArea && series.length > 1) ? { stack: 'all' } : {}),
      ...(isBar ? { barMaxWidth: 48 } : {}),
      ...(settings.kind === 'scatter' ? { symbolSize: 6, itemStyle: { opacity: 0.65 } } : {}),
      ...(settings.kind === 'line' || isArea
        ? { lineStyle: { width: 1.75 }, symbolSize: 6, showSymbol: !manyPoints, connectNulls: false }
        : {}),
      ...(isArea ? { areaStyle: { opacity: 0.28 } } : {}),
      symbol: SYMBOLS[at % SYMBOLS.length],
      ...(at < colors.series.length ? {} : { lineStyle: { width: 1.75, type: 'dashed' }, itemStyle: hatchedAgain(at, colors) }),
    })),
  }
}

function heatmap(
  { rows, measures }: ChartData,
  colors: ChartColors,
  common: EChartsCoreOption,
  categoryAxis: (names: readonly string[]) => object,
): EChartsCoreOption {
  const across = [...new Set(rows.map(([cell = null]) => labelOf(cell)))]
  const down = [...new Set(rows.map((row) => labelOf(row[1] ?? null)))].reverse()
  const values = rows.map((row) => numberOf(row[2] ?? null)).filter((value) => value !== null)
  const cells = rows.map(([cell = null, split = null, value = null]) => [labelOf(cell), labelOf(split), numberOf(value)])
  const [min, max] = [Math.min(0, ...values), Math.max(1, ...values)]
  return {
    ...common,
    legend: { show: false },
    grid: { ...(common.grid as object), top: 16, right: 84 },
    tooltip: { ...(common.tooltip as object), trigger: 'item' },
    xAxis: categoryAxis(across),
    yAxis: categoryAxis(down),
    visualMap: {
      type: 'continuous', min, max, text: [shortNumber(max), shortNumber(min)], right: 0, top: 'middle',
      calculable: false, itemWidth: 10, inRange: { color: colors.scale }, formatter: shortNumber,
      textStyle: { color: colors.muted, fontSize: 12 },
    },
    series: [{ type: 'heatmap', name: measures[0], data: cells, itemStyle: { borderColor: colors.paper, borderWidth: 1 } }],
  }
}

/** What a screen reader is told of the picture. */
export function chartSummary(settings: ChartSettings, data: ChartData): string {
  const kind = { heatmap: 'Heat map', stacked: 'Stacked bar chart', pivot: 'Pivot table', histogram: 'Histogram' }[
    settings.kind as string
  ] ?? `${settings.kind[0]!.toUpperCase()}${settings.kind.slice(1)} chart`
  if (data.rows.length === 0) return `${kind} without a value.`
  if (settings.kind === 'histogram') return `${kind} of ${settings.x} in ${data.rows.length} bars.`
  const measured = data.measures.join(', ')
  const split = settings.series === null ? '' : `, split by ${settings.series}`
  const [name] = data.measures
  const values = data.rows.map((row) => ({ at: labelOf(row[0] ?? null), value: numberOf(row[2] ?? null) }))
  const known = values.filter((entry): entry is { at: string; value: number } => entry.value !== null)
  if (known.length === 0) return `${kind} of ${measured} by ${settings.x}${split}, all NULL.`
  const top = known.reduce((most, entry) => (entry.value > most.value ? entry : most))
  const least = known.reduce((low, entry) => (entry.value < low.value ? entry : low))
  return (
    `${kind} of ${measured} by ${settings.x}${split}. ${name} is highest at ${top.at} with ` +
    `${formatExact(String(top.value))} and lowest at ${least.at} with ${formatExact(String(least.value))}.`
  )
}

import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { LagPoint } from '../../main/contract/live.ts'
import styles from './LagChart.module.css'
import { formatBytes, formatDuration, formatTime } from './format.ts'
import { lagSeries } from './lagSeries.ts'
import type { LagSeries } from './lagSeries.ts'

/** A colour token of the page, as the canvas wants it. */
function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

interface PaneProps {
  title: string
  /** Which of the product's two colours the series wears. */
  tone: 'source' | 'replica'
  times: number[]
  values: (number | null)[]
  windowSeconds: number
  nowSeconds: number
  format(value: number): string
  /** The same on the axis, where the figures are round. */
  formatTick(value: number): string
  /** The steps that the axis may take. */
  increments: number[]
  /** The top of the scale where the values are smaller. */
  least: number
  theme: string
  height: number
}

/** `2.00 s` as `2 s`: an axis has round figures. */
function durationTick(seconds: number): string {
  return formatDuration(seconds * 1000).replace(/\.0+(?= )|(\.\d)0(?= )/, '$1')
}

const secondSteps = [0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400]
/** Powers of two, so that the axis reads 1 MB and not 977 kB. */
const byteSteps = Array.from({ length: 45 }, (_, power) => 2 ** power)

const AXIS_FONT = '12px "Inter Variable", sans-serif'
const SYNC_KEY = 'millrace-lag'

function optionsOf(pane: PaneProps, width: number, onPoint: (index: number | null) => void): uPlot.Options {
  const line = token(`--${pane.tone}-fill`)
  const muted = token('--muted')
  const grid = { stroke: token('--line'), width: 1 }
  return {
    width,
    height: pane.height,
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 7, fill: line, stroke: token('--paper') },
      drag: { x: false, y: false },
      sync: { key: SYNC_KEY },
    },
    scales: {
      x: { time: true },
      y: { range: (_plot, _low, high) => [0, Math.max(pane.least, (high ?? 0) * 1.15)] },
    },
    axes: [
      {
        stroke: muted,
        font: AXIS_FONT,
        grid: { show: false },
        ticks: { ...grid, size: 4 },
        size: 26,
        space: 90,
        values: (_plot, splits, _axis, _space, step) =>
          splits.map((split) => formatTime(split * 1000).slice(0, step < 60 ? 8 : 5)),
      },
      {
        stroke: muted,
        font: AXIS_FONT,
        grid,
        ticks: { show: false },
        size: 60,
        gap: 6,
        space: 26,
        incrs: pane.increments,
        values: (_plot, splits) => splits.map((split) => pane.formatTick(split)),
      },
    ],
    series: [
      {},
      { stroke: line, width: 1.5, fill: `color-mix(in srgb, ${line} 16%, transparent)`, points: { show: false } },
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  }
}

function Pane(props: PaneProps) {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const newest = useRef(props)
  newest.current = props
  const [pointed, setPointed] = useState<number | null>(null)

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const { times, values } = newest.current
    // The scale's window moves with the newest props, so the options read them anew.
    const options = optionsOf(newest.current, Math.max(element.clientWidth, 120), setPointed)
    options.scales!.x!.range = () => {
      const { nowSeconds, windowSeconds, times } = newest.current
      // A point may be newer than the last tick of the clock.
      const end = Math.max(nowSeconds, times.at(-1) ?? 0)
      return [end - windowSeconds, end]
    }
    const made = new uPlot(options, [times, values], element)
    plot.current = made
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height: props.height })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [props.theme, props.height, props.tone])

  useEffect(() => {
    plot.current?.setData([props.times, props.values])
  }, [props.times, props.values])

  const index = pointed ?? props.values.length - 1
  const value = props.values[index]
  const time = props.times[index]
  return (
    <figure className={styles.pane}>
      <figcaption className={styles.caption}>
        <span className={styles.key} style={{ background: `var(--${props.tone}-fill)` }} aria-hidden />
        {props.title}
        <span className={styles.reading}>
          {typeof value === 'number' ? props.format(value) : 'not known'}
          {pointed !== null && time !== undefined && <span className="muted"> at {formatTime(time * 1000)}</span>}
        </span>
      </figcaption>
      <div ref={frame} style={{ height: props.height }} aria-hidden />
    </figure>
  )
}

const SHORTEST_SECONDS = 2 * 60
const LONGEST_SECONDS = 15 * 60

/** As long as the history, so that the first minutes are not a speck at the edge. */
function windowSecondsOf(history: readonly LagPoint[], nowMs: number): number {
  const lived = history[0] ? (nowMs - history[0].atMs) / 1000 : 0
  return Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, lived))
}

interface LagChartProps {
  history: readonly LagPoint[]
  nowMs: number
  /** Colours are read again where it changes. */
  theme: string
  sourceName: string
}

function summaryOf({ seconds, bytes }: LagSeries): string {
  const highest = (values: (number | null)[]): number => values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0)
  return (
    `Over the last 15 minutes the replica was at most ${formatDuration(highest(seconds) * 1000)} behind, ` +
    `and at most ${formatBytes(highest(bytes))} of log waited.`
  )
}

/** The lag of the last 15 minutes: its age in seconds (the replica's), and the log that waits (the source's). */
export function LagChart({ history, nowMs, theme, sourceName }: LagChartProps) {
  const series = useMemo(() => lagSeries(history), [history])
  const shared = { times: series.times, windowSeconds: windowSecondsOf(history, nowMs), nowSeconds: nowMs / 1000, theme, height: 128 }
  return (
    <div className={styles.chart}>
      <p className="onlyForReaders">{summaryOf(series)}</p>
      <Pane {...shared} title="Time behind" tone="replica" values={series.seconds} least={0.5}
        format={(value) => formatDuration(value * 1000)} formatTick={durationTick} increments={secondSteps} />
      <Pane {...shared} title={`Log that ${sourceName} has and the file has not`} tone="source" values={series.bytes}
        least={72 * 1024} format={formatBytes} formatTick={formatBytes} increments={byteSteps} />
    </div>
  )
}

import { useEffect, useRef, useState } from 'react'
import type { Comparison, TimedRun } from '../../../main/contract/compare.ts'
import type { EngineName } from '../../../main/contract/values.ts'
import { formatDuration } from '../../components/format.ts'
import { axisFor } from './axis.ts'
import type { Axis } from './axis.ts'
import { summaryOf } from './verdict.ts'
import styles from './RunsChart.module.css'

const LANE_PIXELS = 62
const AXIS_PIXELS = 30
const LEFT_PIXELS = 84
const RIGHT_PIXELS = 36
const TOP_PIXELS = 10
const engines: EngineName[] = ['source', 'replica']
const names: Record<EngineName, string> = { source: 'Source', replica: 'Replica' }

/** Dots of equal times are set under one another, so that each run is seen. */
function offsetOf(run: number): number {
  return run === 0 ? 0 : ((run % 5) - 2) * 4
}

function Lane(props: { engine: EngineName; comparison: Comparison; axis: Axis; top: number; width: number }) {
  const { engine, comparison, axis, top, width } = props
  const at = (ms: number): number => LEFT_PIXELS + axis.position(ms) * (width - LEFT_PIXELS - RIGHT_PIXELS)
  const middle = top + LANE_PIXELS / 2 + 6
  const summary = summaryOf(comparison, engine)
  const runs = comparison.runs.filter((run) => run.engine === engine)
  return (
    <g className={styles[engine]}>
      <text x={0} y={middle + 4} className={styles.lane}>{names[engine]}</text>
      {summary?.minMs != null && summary.maxMs != null && (
        <rect
          x={at(summary.minMs) - 5} y={middle - 15} rx={4} height={30} className={styles.spread}
          width={Math.max(10, at(summary.maxMs) - at(summary.minMs) + 10)}
        />
      )}
      {runs.map((run) => (
        <Dot key={run.run} run={run} x={at(run.totalMs)} y={middle + offsetOf(run.run)} />
      ))}
      {summary?.medianMs != null && (
        <>
          <line
            x1={at(summary.medianMs)} x2={at(summary.medianMs)} y1={middle - 19} y2={middle + 19}
            className={styles.median}
          />
          <text x={at(summary.medianMs)} y={middle - 24} className={styles.medianText}>
            {formatDuration(summary.medianMs)}
          </text>
        </>
      )}
    </g>
  )
}

function Dot({ run, x, y }: { run: TimedRun; x: number; y: number }) {
  return (
    <circle cx={x} cy={y} r={run.run === 0 ? 4.5 : 4} className={run.run === 0 ? styles.first : styles.dot}>
      <title>{`${run.run === 0 ? 'First run' : `Run ${run.run}`}: ${formatDuration(run.totalMs)}`}</title>
    </circle>
  )
}

function tickText(ms: number): string {
  return ms === 0 ? '0' : formatDuration(ms).replace('.0 ', ' ')
}

const scaleWords: Record<Axis['scale'], string> = { log: 'logarithmic axis', linear: 'linear axis from 0' }

function spokenChart(comparison: Comparison): string {
  const lanes = engines.map((engine) => {
    const summary = summaryOf(comparison, engine)
    if (summary?.medianMs == null) return `${names[engine]}: no time yet`
    const spread = `from ${formatDuration(summary.minMs)} to ${formatDuration(summary.maxMs)}`
    return `${names[engine]}: median ${formatDuration(summary.medianMs)}, ${spread}`
  })
  return `Times of the runs. ${lanes.join('. ')}. Each run stands in the table below.`
}

/** Every run as a dot, both engines on one axis. The same figures stand in the table beneath. */
export function RunsChart({ comparison }: { comparison: Comparison }) {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(800)
  useEffect(() => {
    const element = frame.current!
    const observer = new ResizeObserver(() => setWidth(Math.max(360, element.clientWidth)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const axis = axisFor(comparison.runs.map(({ totalMs }) => totalMs))
  const height = TOP_PIXELS + 2 * LANE_PIXELS + AXIS_PIXELS
  const bottom = TOP_PIXELS + 2 * LANE_PIXELS + 4
  const at = (axis: Axis, ms: number): number => LEFT_PIXELS + axis.position(ms) * (width - LEFT_PIXELS - RIGHT_PIXELS)
  return (
    <figure className={styles.figure}>
      <div ref={frame} className={styles.frame} style={{ height }}>
        <svg width={width} height={height} role="img" aria-label={spokenChart(comparison)}>
          <line x1={LEFT_PIXELS} x2={width - RIGHT_PIXELS} y1={bottom} y2={bottom} className={styles.axis} />
          {axis?.ticks.map((tick) => (
            <g key={tick}>
              <line x1={at(axis, tick)} x2={at(axis, tick)} y1={TOP_PIXELS} y2={bottom} className={styles.grid} />
              <text x={at(axis, tick)} y={bottom + 16} className={styles.tick}>{tickText(tick)}</text>
            </g>
          ))}
          {axis && engines.map((engine, index) => (
            <Lane
              key={engine} engine={engine} comparison={comparison} axis={axis} width={width}
              top={TOP_PIXELS + index * LANE_PIXELS}
            />
          ))}
        </svg>
      </div>
      <figcaption className={styles.legend}>
        <span><i className={styles.legendFirst} aria-hidden /> first run, kept apart</span>
        <span><i className={styles.legendDot} aria-hidden /> a run</span>
        <span><i className={styles.legendMedian} aria-hidden /> median</span>
        <span><i className={styles.legendSpread} aria-hidden /> shortest to longest</span>
        {axis && <span className={styles.scale}>{scaleWords[axis.scale]}</span>}
      </figcaption>
    </figure>
  )
}

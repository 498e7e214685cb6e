import { useEffect, useRef } from 'react'
import type { EChartsCoreOption, EChartsType } from 'echarts/core'
import { init } from './echartsParts.ts'

/** A chart on a canvas that follows the size of its frame. */
export function ChartCanvas(props: {
  option: EChartsCoreOption
  summary: string
  onReady(chart: EChartsType | null): void
}) {
  const { option, summary, onReady } = props
  const frame = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | null>(null)

  useEffect(() => {
    const element = frame.current!
    const made = init(element, null, { renderer: 'canvas' })
    chart.current = made
    onReady(made)
    const observer = new ResizeObserver(() => element.clientWidth > 0 && made.resize())
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.dispose()
      chart.current = null
      onReady(null)
    }
  }, [onReady])

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true })
  }, [option])

  return <div ref={frame} role="img" aria-label={summary} style={{ width: '100%', height: '100%' }} data-testid="chart" />
}

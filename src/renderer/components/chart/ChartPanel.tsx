import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { EChartsType } from 'echarts/core'
import { ChartLine, Download } from 'lucide-react'
import type { ChartData, ChartSettings } from '../../../main/contract/chart.ts'
import { faultOf } from '../../../main/contract/errors.ts'
import type { Fault } from '../../../main/contract/errors.ts'
import type { EngineName, ResultColumn } from '../../../main/contract/values.ts'
import { engine } from '../../app/engineClient.ts'
import { usePreferences } from '../../app/preferences.ts'
import { Button } from '../Button.tsx'
import { CopyButton } from '../CopyButton.tsx'
import { EmptyState } from '../EmptyState.tsx'
import { ErrorNote } from '../ErrorNote.tsx'
import { fileNameOf, saveFile } from '../saveFile.ts'
import { Skeleton } from '../Skeleton.tsx'
import { ChartCanvas } from './ChartCanvas.tsx'
import { defaultChart, fittingChart } from './chartDefaults.ts'
import { ChartForm } from './ChartForm.tsx'
import { chartOption, chartSummary } from './chartOption.ts'
import type { ChartColors } from './chartOption.ts'
import { svgOf } from './echartsParts.ts'
import { pivotText } from './pivot.ts'
import { PivotTable } from './PivotTable.tsx'
import styles from './ChartPanel.module.css'

const SERIES = 8

/** The tokens of the page. The engine's colour comes first, so that one series alone wears it. */
function readColors(on: EngineName): ChartColors {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const own = token(`${on}-fill`)
  const others = Array.from({ length: SERIES }, (_, at) => token(`series-${at + 1}`))
  return {
    ink: token('ink'), muted: token('muted'), line: token('line'), paper: token('paper'), raised: token('raised'),
    series: [own, ...others.filter((_, at) => at !== (on === 'source' ? 0 : 1))],
    scale: [token(`${on}-tint`), own],
  }
}

interface Drawn {
  settings: ChartSettings
  data: ChartData
}

/** The newest answer; the picture before stays until it is there. */
function useChartData(queryId: string, settings: ChartSettings | null, isComplete: boolean) {
  const [drawn, setDrawn] = useState<Drawn | null>(null)
  const [fault, setFault] = useState<Fault | null>(null)
  const key = JSON.stringify(settings)
  useEffect(() => {
    const asked = JSON.parse(key) as ChartSettings | null
    if (!asked) return
    const abort = new AbortController()
    engine.chart.read({ queryId, settings: asked }, { signal: abort.signal }).then(
      (data) => {
        if (abort.signal.aborted) return
        setFault(null)
        setDrawn({ settings: asked, data })
      },
      (thrown: unknown) => {
        if (!abort.signal.aborted) setFault(faultOf(thrown))
      },
    )
    return () => abort.abort()
  }, [queryId, key, isComplete])
  return { drawn, fault }
}

interface ChartPanelProps {
  queryId: string
  columns: readonly ResultColumn[]
  /** Whether the last row has come; the chart is drawn anew then. */
  isComplete: boolean
  engine: EngineName
  /** What the pictures are called on disk. */
  title: string
  /** As kept with the query; null for the default of these columns. */
  settings: ChartSettings | null
  onChange(settings: ChartSettings): void
}

/** A result as a picture: drawn over all of its rows, grouped in DuckDB. */
export function ChartPanel({ queryId, columns, isComplete, engine: on, title, settings, onChange }: ChartPanelProps) {
  const theme = usePreferences((state) => state.shownTheme)
  const contrast = usePreferences((state) => state.shownContrast)
  const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const shown = useMemo(
    () => (settings && fittingChart(settings, columns)) ?? defaultChart(columns),
    [settings, columns],
  )
  const { drawn, fault } = useChartData(queryId, shown, isComplete)
  const chart = useRef<EChartsType | null>(null)
  const onReady = useCallback((made: EChartsType | null) => void (chart.current = made), [])
  const option = useMemo(
    () => (drawn ? chartOption(drawn.settings, drawn.data, columns, readColors(on), isStill) : null),
    // The colours are those of theme and contrast.
    [drawn, columns, on, isStill, theme, contrast],
  )
  if (!shown) {
    return <EmptyState icon={ChartLine} title="Nothing to draw" text="A chart needs a column of numbers, names or instants." />
  }
  const isPivot = drawn?.settings.kind === 'pivot'
  const summary = drawn ? chartSummary(drawn.settings, drawn.data) : ''

  function savePng(): void {
    const url = chart.current?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: readColors(on).paper })
    if (url) saveFile(fileNameOf(title, 'png'), bytesOf(url))
  }
  function saveSvg(): void {
    if (!option || !chart.current) return
    const svg = svgOf({ ...option, backgroundColor: readColors(on).paper }, chart.current.getWidth(), chart.current.getHeight())
    saveFile(fileNameOf(title, 'svg'), svg, 'image/svg+xml')
  }

  return (
    <section className={styles.panel} aria-label="Chart of the result">
      <ChartForm settings={shown} columns={columns} onChange={onChange} />
      <div className={styles.picture}>
        <header className={styles.head}>
          <span className="muted" role="status">{drawn?.data.note}</span>
          <span className={styles.room} />
          {isPivot ? (
            <CopyButton
              text={() => pivotText(drawn.data, drawn.settings.x ?? '', drawn.settings.series)} label="Copy the table"
            />
          ) : (
            <>
              <Button size="small" variant="quiet" icon={Download} disabled={!option} onClick={savePng}>PNG</Button>
              <Button size="small" variant="quiet" icon={Download} disabled={!option} onClick={saveSvg}>SVG</Button>
            </>
          )}
        </header>
        <div className={styles.canvas}>
          {fault ? (
            <ErrorNote fault={fault} />
          ) : !drawn || !option ? (
            <Skeleton label="The chart is being drawn" rows={6} />
          ) : isPivot ? (
            <PivotTable data={drawn.data} rowName={drawn.settings.x ?? ''} columnName={drawn.settings.series} />
          ) : drawn.data.rows.length === 0 ? (
            <EmptyState icon={ChartLine} title="No values" text="The result has no rows that this chart could draw." />
          ) : (
            <ChartCanvas option={option} summary={summary} onReady={onReady} />
          )}
        </div>
      </div>
    </section>
  )
}

/** A data URL's bytes. The page's policy lets nothing be fetched from one. */
function bytesOf(url: string): Blob {
  const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (character) => character.charCodeAt(0))
  return new Blob([bytes], { type: 'image/png' })
}

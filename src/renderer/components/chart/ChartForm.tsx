import {
  ChartArea, ChartBarStacked, ChartColumn, ChartColumnBig, ChartLine, ChartPie, ChartScatter, Grid3x3, TableProperties,
} from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import type { Aggregate, ChartKind, ChartSettings, TimeBucket } from '../../../main/contract/chart.ts'
import type { ResultColumn } from '../../../main/contract/values.ts'
import { classes } from '../classes.ts'
import { Checkbox, SelectField } from '../Field.tsx'
import { isInstant, withKind } from './chartDefaults.ts'
import styles from './ChartPanel.module.css'

const kinds: { kind: ChartKind; label: string; icon: LucideIcon }[] = [
  { kind: 'line', label: 'Line', icon: ChartLine },
  { kind: 'area', label: 'Area', icon: ChartArea },
  { kind: 'bar', label: 'Bar', icon: ChartColumn },
  { kind: 'stacked', label: 'Stacked', icon: ChartBarStacked },
  { kind: 'scatter', label: 'Scatter', icon: ChartScatter },
  { kind: 'histogram', label: 'Histogram', icon: ChartColumnBig },
  { kind: 'heatmap', label: 'Heat map', icon: Grid3x3 },
  { kind: 'pivot', label: 'Pivot', icon: TableProperties },
  { kind: 'pie', label: 'Pie', icon: ChartPie },
]

const aggregates: { value: Aggregate; label: string }[] = [
  { value: 'sum', label: 'Sum' },
  { value: 'avg', label: 'Mean' },
  { value: 'median', label: 'Median' },
  { value: 'min', label: 'Smallest' },
  { value: 'max', label: 'Largest' },
  { value: 'count', label: 'Count' },
  { value: 'none', label: 'Rows as they are' },
]

const buckets: { value: TimeBucket; label: string }[] = [
  { value: 'auto', label: 'Automatic' },
  { value: 'none', label: 'Each instant' },
  { value: 'minute', label: 'Minute' },
  { value: 'hour', label: 'Hour' },
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: 'month', label: 'Month' },
  { value: 'quarter', label: 'Quarter' },
  { value: 'year', label: 'Year' },
]

const NO_SERIES = ''
const MOST_MEASURES = 8

/** What is drawn, and how. */
export function ChartForm(props: {
  settings: ChartSettings
  columns: readonly ResultColumn[]
  onChange(settings: ChartSettings): void
}) {
  const { settings, columns, onChange } = props
  const change = (part: Partial<ChartSettings>): void => onChange({ ...settings, ...part })
  const names = columns.map(({ name }) => ({ value: name, label: name }))
  const x = columns.find(({ name }) => name === settings.x)
  const numbers = columns.filter(({ kind }) => kind === 'number')
  const hasMeasures = settings.kind !== 'histogram'
  const isSplit = !['histogram', 'pie'].includes(settings.kind)
  const isAggregated = hasMeasures && settings.kind !== 'scatter'
  const hasOneMeasure = ['scatter', 'pie', 'heatmap', 'pivot'].includes(settings.kind)

  function toggle(name: string, isIn: boolean): void {
    const y = hasOneMeasure
      ? isIn ? [name] : []
      : isIn ? [...settings.y, name].slice(-MOST_MEASURES) : settings.y.filter((other) => other !== name)
    const aggregate = y.length === 0 ? 'count' : settings.aggregate === 'count' ? 'sum' : settings.aggregate
    change({ y, aggregate })
  }

  return (
    <form className={styles.form} aria-label="Chart" onSubmit={(event) => event.preventDefault()}>
      <fieldset className={styles.kinds}>
        <legend className="onlyForReaders">Kind of chart</legend>
        {kinds.map(({ kind, label, icon: Icon }) => (
          <label key={kind} className={classes(styles.kind, kind === settings.kind && styles.chosen)} title={label}>
            <input
              type="radio" name="chart-kind" value={kind} checked={kind === settings.kind} className="onlyForReaders"
              onChange={() => onChange(withKind(settings, kind, columns))}
            />
            <Icon size={16} strokeWidth={1.75} aria-hidden />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <SelectField
        label={settings.kind === 'pivot' ? 'Rows' : settings.kind === 'histogram' ? 'Values of' : 'Along the axis'}
        value={settings.x ?? ''} options={names} onChange={(name) => change({ x: name })}
      />
      {hasMeasures && (
        <fieldset className={styles.measures}>
          <legend>Measure</legend>
          {numbers.map(({ name }) => (
            <Checkbox key={name} checked={settings.y.includes(name)} onChange={(isIn) => toggle(name, isIn)}>{name}</Checkbox>
          ))}
          {numbers.length === 0 && <p className="muted">No numbers here: rows are counted.</p>}
        </fieldset>
      )}
      {isAggregated && settings.y.length > 0 && (
        <SelectField
          label="Rows that fall together" value={settings.aggregate} options={aggregates}
          onChange={(aggregate) => change({ aggregate })}
        />
      )}
      {isSplit && (
        <SelectField
          label={settings.kind === 'pivot' ? 'Columns' : settings.kind === 'heatmap' ? 'Down the side' : 'Split by'}
          value={settings.series ?? NO_SERIES}
          options={[{ value: NO_SERIES, label: 'Nothing' }, ...names.filter(({ value }) => value !== settings.x)]}
          onChange={(name) => change({ series: name === NO_SERIES ? null : name })}
        />
      )}
      {isAggregated && x && isInstant(x) && settings.aggregate !== 'none' && (
        <SelectField label="Step of time" value={settings.bucket} options={buckets} onChange={(bucket) => change({ bucket })} />
      )}
    </form>
  )
}

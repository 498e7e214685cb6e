import type { ReactNode } from 'react'
import type { LiveTable } from '../../../main/contract/live.ts'
import type { TablePage } from '../../../main/contract/catalog.ts'
import { SCRATCH } from '../../../main/contract/scratch.ts'
import { useLive } from '../../app/live.ts'
import { goTo } from '../../app/places.ts'
import { tableFaces } from '../../app/tableFaces.ts'
import { Button } from '../../components/Button.tsx'
import {
  formatAgo, formatBytes, formatCount, formatInstantWithZone, formatMany, formatRate, formatShortCount,
} from '../../components/format.ts'
import { StatusDot } from '../../components/StatusDot.tsx'
import { useNow } from '../../components/useNow.ts'
import styles from './Sides.module.css'

/** Part of a bar: so many bytes, and how strongly it is drawn. */
interface Stretch {
  name: string
  bytes: number
}

/** The bytes of one side, on the scale of the larger one. */
function SizeBar({ stretches, scale }: { stretches: readonly Stretch[]; scale: number }) {
  return (
    <div className={styles.bar} aria-hidden>
      {stretches.map(({ name, bytes }) => (
        <span key={name} style={{ width: `${scale === 0 ? 0 : (bytes / scale) * 100}%` }} />
      ))}
    </div>
  )
}

function Side(props: { name: string; what: string; engine?: 'source' | 'replica'; figure: ReactNode; children?: ReactNode }) {
  const { name, what, engine, figure, children } = props
  return (
    <section className={styles.side} data-engine={engine} aria-label={name}>
      <h2>
        {name} <span>{what}</span>
      </h2>
      <p className={styles.figure}>{figure}</p>
      {children}
    </section>
  )
}

function SourceSide({ source, scale }: { source: NonNullable<TablePage['source']>; scale: number }) {
  const nowMs = useNow()
  const { heapBytes, indexBytes, toastBytes, estimatedRows, analyzedAt } = source
  const parts: Stretch[] = [
    { name: 'heap', bytes: heapBytes },
    { name: 'indexes', bytes: indexBytes },
    { name: 'out of line', bytes: toastBytes },
  ]
  const rows = estimatedRows === null ? 'never analyzed' : `about ${formatCount(estimatedRows)} rows`
  return (
    <Side name="Source" what="Postgres, rows" engine="source" figure={formatBytes(heapBytes + indexBytes + toastBytes)}>
      <SizeBar stretches={parts} scale={scale} />
      <p className={styles.detail}>
        {parts.filter(({ bytes }) => bytes > 0).map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`).join(' · ') || 'nothing written'}
      </p>
      <p className={styles.detail} title={analyzedAt ? `The planner’s estimate, analyzed ${formatInstantWithZone(analyzedAt)}` : undefined}>
        {rows}
        {analyzedAt && `, analyzed ${formatAgo(analyzedAt, nowMs)}`}
      </p>
    </Side>
  )
}

function ReplicaSide(props: { page: TablePage; live: LiveTable | undefined; scale: number }) {
  const { page, live, scale } = props
  const nowMs = useNow()
  const { replica } = page
  if (!replica) {
    return (
      <Side name="Replica" what="DuckDB, columns" figure="not copied">
        <p className={styles.detail}>It can be queried on the source only.</p>
        <Button size="small" onClick={() => goTo('live')}>Add it in Live</Button>
      </Side>
    )
  }
  const isOwn = page.schema === SCRATCH
  const rows = live?.rows ?? replica.rows
  const bytes = replica.bytes ?? 0
  const size = page.kind === 'view' ? 'a view' : replica.bytes === null ? 'not written yet' : `≤ ${formatBytes(bytes)}`
  return (
    <Side
      name={isOwn ? 'Your own' : 'Replica'} what={isOwn ? 'DuckDB, beside the replica' : 'DuckDB, columns'} engine="replica"
      figure={<span title="At most: the blocks of the file that hold some of it, as of its last checkpoint">{size}</span>}
    >
      {page.kind !== 'view' && <SizeBar stretches={[{ name: 'blocks', bytes }]} scale={scale} />}
      <p className={styles.detail}>{rows === null ? 'its rows are counted when it is read' : formatMany(rows, 'row')}</p>
      {replica.copiedAt && (
        <p className={styles.detail} title={formatInstantWithZone(replica.copiedAt)}>copied {formatAgo(replica.copiedAt, nowMs)}</p>
      )}
    </Side>
  )
}

function Movement({ live }: { live: LiveTable }) {
  const nowMs = useNow()
  const { tone, shape, word } = tableFaces[live.state]
  const counts = [
    [live.inserts, 'inserted'], [live.updates, 'updated'], [live.deletes, 'deleted'],
  ] as const
  return (
    <Side name="Changes" what="since Millrace was started" figure={<>{formatRate(live.changesPerSecond)}<small> /s</small></>}>
      <p className={styles.state}>
        <StatusDot tone={tone} shape={shape} title={live.reason ?? undefined}>{word}</StatusDot>
      </p>
      <p className={styles.detail}>{counts.map(([count, name]) => `${formatShortCount(count)} ${name}`).join(' · ')}</p>
      <p className={styles.detail} title={formatInstantWithZone(live.lastChangeAt)}>
        {live.lastChangeAt ? `last change ${formatAgo(live.lastChangeAt, nowMs)}` : 'no change since the start'}
      </p>
    </Side>
  )
}

/** What the table weighs on both sides, on one scale, and how it moves. */
export function Sides({ page }: { page: TablePage }) {
  const live = useLive(({ snapshot }) =>
    snapshot?.tables.find((table) => table.schema === page.schema && table.name === page.name),
  )
  const { source, replica } = page
  const sourceBytes = source ? source.heapBytes + source.indexBytes + source.toastBytes : 0
  const scale = Math.max(sourceBytes, replica?.bytes ?? 0)
  return (
    <div className={styles.sides}>
      {source && <SourceSide source={source} scale={scale} />}
      <ReplicaSide page={page} live={live} scale={scale} />
      {live && <Movement live={live} />}
    </div>
  )
}

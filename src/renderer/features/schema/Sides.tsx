import type { ReactNode } from 'react'
import type { LiveTable } from '../../../main/contract/live.ts'
import type { TablePage } from '../../../main/contract/catalog.ts'
import { SCRATCH } from '../../../main/contract/scratch.ts'
import { useLive } from '../../app/live.ts'
import { goTo } from '../../app/places.ts'
import { tableFaces } from '../../app/tableFaces.ts'
import { useWorkspaces } from '../../app/workspaces.ts'
import { ProductionMark } from '../../components/Badge.tsx'
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

/** `10 MB` with its unit set smaller. */
function WithUnit({ text }: { text: string }) {
  const at = text.lastIndexOf(' ')
  return <>{text.slice(0, at)}<small>{text.slice(at)}</small></>
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

function Side(props: {
  name: string; what: string; engine?: 'source' | 'replica'; mark?: ReactNode; figure: ReactNode; children?: ReactNode
}) {
  const { name, what, engine, mark, figure, children } = props
  return (
    <section className={styles.side} data-engine={engine} aria-label={name}>
      {mark && <div className={styles.state}>{mark}</div>}
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
  const isProduction = useWorkspaces(({ current }) => current?.isProduction === true)
  const { heapBytes, indexBytes, toastBytes, estimatedRows, analyzedAt } = source
  const parts: Stretch[] = [
    { name: 'heap', bytes: heapBytes },
    { name: 'indexes', bytes: indexBytes },
    { name: 'out of line', bytes: toastBytes },
  ]
  const rows = estimatedRows === null ? 'never analyzed' : `about ${formatCount(estimatedRows)} rows`
  return (
    <Side name="Source" what="Postgres, rows" engine="source" mark={isProduction && <ProductionMark />} figure={<WithUnit text={formatBytes(heapBytes + indexBytes + toastBytes)} />}>
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
      <Side name="Replica" what="DuckDB, columns" figure={<small>not copied</small>}>
        <p className={styles.detail}>It can be queried on the source only.</p>
        <Button size="small" onClick={() => goTo('live')}>Add it in Live</Button>
      </Side>
    )
  }
  const isOwn = page.schema === SCRATCH
  const rows = live?.rows ?? replica.rows
  const bytes = replica.bytes ?? 0
  const isUnwritten = page.kind !== 'view' && replica.bytes === null
  const counted = rows === null ? 'its rows are counted when it is read' : formatMany(rows, 'row')
  const words = page.kind === 'view' ? 'a view' : isUnwritten ? counted : null
  return (
    <Side
      name={isOwn ? 'Your own' : 'Replica'} what={isOwn ? 'DuckDB, beside the replica' : 'DuckDB, columns'} engine="replica"
      figure={
        words ? <small>{words}</small> : (
          <span title="The blocks of the file that hold some of it, as of its last checkpoint">
            <small>at most </small>
            <WithUnit text={formatBytes(bytes)} />
          </span>
        )
      }
    >
      {words ? <div className={styles.noBar} /> : <SizeBar stretches={[{ name: 'blocks', bytes }]} scale={scale} />}
      <p className={styles.detail}>
        {!isUnwritten ? counted : rows === 0 ? 'takes no room yet' : 'in the log, written with the next checkpoint'}
      </p>
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
    <Side
      name="Changes" what="since the start" mark={<StatusDot tone={tone} shape={shape} title={live.reason ?? undefined}>{word}</StatusDot>}
      figure={<>{formatRate(live.changesPerSecond)}<small> /s</small></>}
    >
      <div className={styles.noBar} />
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

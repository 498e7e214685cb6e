import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import { Download, Maximize, Workflow, ZoomIn, ZoomOut } from 'lucide-react'
import { openTablePage } from '../../../app/tablePages.ts'
import { Button, IconButton } from '../../../components/Button.tsx'
import { EmptyState } from '../../../components/EmptyState.tsx'
import { ErrorNote } from '../../../components/ErrorNote.tsx'
import { Checkbox } from '../../../components/Field.tsx'
import { formatMany } from '../../../components/format.ts'
import { Skeleton } from '../../../components/Skeleton.tsx'
import type { Fault } from '../../../../main/contract/errors.ts'
import { layOut } from './layOut.ts'
import type { Layout, Point } from './layOut.ts'
import { HEAD_PIXELS, LINE_PIXELS } from './pictureGraph.ts'
import type { PictureGraph } from './pictureGraph.ts'
import { savePng, saveSvg, svgDocument } from './savePicture.ts'
import styles from './SchemaPicture.module.css'

const MONO = { fontFamily: 'var(--font-mono)', fontSize: 11.5 }
const PADDING = 32

function pathOf(points: readonly Point[]): string {
  return points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join(' ')
}

/** Its name is what stands in it; the spaces keep the words apart for a reader. */
function TableNode({ node }: { node: Layout['nodes'][number] }) {
  const title = node.schema === 'public' ? node.name : `${node.schema}.${node.name}`
  const open = (): void => openTablePage(node)
  return (
    <g
      role="link" tabIndex={0}
      className={styles.node} transform={`translate(${node.x} ${node.y})`}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return
        event.stopPropagation()
        open()
      }}
    >
      <rect width={node.width} height={node.height} rx={6} fill="var(--raised)" stroke="var(--line-strong)" />
      <rect x={0.5} y={8} width={3} height={HEAD_PIXELS - 16} fill={`var(--${node.where}-fill)`} />
      <text x={12} y={20} fill="var(--ink)" style={{ fontFamily: 'var(--font-ui)', fontSize: 13, fontWeight: 600 }}>{`${title} `}</text>
      <line x1={0} x2={node.width} y1={HEAD_PIXELS} y2={HEAD_PIXELS} stroke="var(--line)" />
      {node.columns.map((column, at) => {
        const y = HEAD_PIXELS + at * LINE_PIXELS + 15
        return (
          <g key={column.name}>
            <text x={12} y={y} fill="var(--ink)" style={{ ...MONO, fontWeight: column.isKey ? 600 : 400 }}>
              {`${column.name}${column.isReference ? ' →' : ''} `}
            </text>
            <text x={node.width - 12} y={y} textAnchor="end" fill="var(--muted)" style={MONO}>{`${column.type} `}</text>
          </g>
        )
      })}
      {node.hidden > 0 && (
        <text
          x={12} y={HEAD_PIXELS + node.columns.length * LINE_PIXELS + 15} fill="var(--muted)"
          style={{ fontFamily: 'var(--font-ui)', fontSize: 11 }}
        >
          {`${node.hidden} more`}
        </text>
      )}
    </g>
  )
}

interface View {
  x: number
  y: number
  scale: number
}

function fitted(layout: Layout, frame: { clientWidth: number; clientHeight: number }): View {
  const scale = Math.min(
    1.2, (frame.clientWidth - 2 * PADDING) / Math.max(1, layout.width), (frame.clientHeight - 2 * PADDING) / Math.max(1, layout.height),
  )
  return {
    scale,
    x: (frame.clientWidth - layout.width * scale) / 2,
    y: (frame.clientHeight - layout.height * scale) / 2,
  }
}

function zoomed(view: View, factor: number, at: Point): View {
  const scale = Math.min(3, Math.max(0.05, view.scale * factor))
  const by = scale / view.scale
  return { scale, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by }
}

interface SchemaPictureProps {
  /** Null while the keys are being read. */
  graph: PictureGraph | null
  fault: Fault | null
  showsAll: boolean
  onShowsAll(showsAll: boolean): void
}

/** Tables and the keys between them. Drag or arrows move it, the wheel or + and − zoom, 0 shows it whole. */
export function SchemaPicture({ graph, fault, showsAll, onShowsAll }: SchemaPictureProps) {
  const frame = useRef<SVGSVGElement>(null)
  const drawing = useRef<SVGGElement>(null)
  const dragged = useRef<{ from: Point; view: View; hasMoved: boolean } | null>(null)
  const [layout, setLayout] = useState<Layout | null>(null)
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 })

  useEffect(() => {
    if (!graph) return
    const abort = new AbortController()
    layOut(graph, abort.signal).then(
      (laid) => {
        if (!abort.signal.aborted) setLayout(laid)
      },
      () => undefined,
    )
    return () => abort.abort()
  }, [graph])

  const fit = useCallback(() => {
    if (layout && frame.current) setView(fitted(layout, frame.current))
  }, [layout])
  useEffect(fit, [fit])

  const zoom = useCallback((factor: number) => {
    const element = frame.current
    if (element) setView((before) => zoomed(before, factor, { x: element.clientWidth / 2, y: element.clientHeight / 2 }))
  }, [])

  // React's own listener is passive and could not keep the page from zooming.
  const isDrawn = layout !== null && layout.nodes.length > 0
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault()
      const box = element.getBoundingClientRect()
      const at = { x: event.clientX - box.left, y: event.clientY - box.top }
      setView((before) => zoomed(before, Math.exp(-event.deltaY / 500), at))
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [isDrawn])

  function onKeyDown(event: KeyboardEvent): void {
    const move = (x: number, y: number) => () => setView((before) => ({ ...before, x: before.x + x, y: before.y + y }))
    const keys: Record<string, () => void> = {
      ArrowLeft: move(40, 0), ArrowRight: move(-40, 0), ArrowUp: move(0, 40), ArrowDown: move(0, -40),
      '+': () => zoom(1.25), '=': () => zoom(1.25), '-': () => zoom(0.8), '0': fit,
    }
    const act = keys[event.key]
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    act()
  }

  function onPointerMove(event: PointerEvent): void {
    const drag = dragged.current
    if (!drag) return
    const by = { x: event.clientX - drag.from.x, y: event.clientY - drag.from.y }
    if (!drag.hasMoved && Math.hypot(by.x, by.y) < 4) return
    if (!drag.hasMoved) event.currentTarget.setPointerCapture(event.pointerId)
    drag.hasMoved = true
    setView({ ...drag.view, x: drag.view.x + by.x, y: drag.view.y + by.y })
  }

  const document_ = (): string => svgDocument(drawing.current!, layout!.width, layout!.height)
  const summary = useMemo(
    () => (graph ? `${formatMany(graph.nodes.length, 'table')}, ${formatMany(graph.edges.length, 'foreign key')}` : ''),
    [graph],
  )

  return (
    <section className={styles.picture} aria-label="Schema picture">
      <header className={styles.head}>
        <h1 className={styles.title}>Schema</h1>
        <span className="muted" role="status">{summary}</span>
        <span className={styles.room} />
        <Checkbox checked={showsAll} onChange={onShowsAll}>All columns</Checkbox>
        <span className={styles.gap} />
        <IconButton size="small" icon={ZoomOut} label="Smaller (−)" onClick={() => zoom(0.8)} />
        <IconButton size="small" icon={ZoomIn} label="Larger (+)" onClick={() => zoom(1.25)} />
        <IconButton size="small" icon={Maximize} label="Show the whole (0)" onClick={fit} />
        <Button size="small" variant="quiet" icon={Download} disabled={!isDrawn} onClick={() => void savePng(document_(), layout!.width, layout!.height)}>PNG</Button>
        <Button size="small" variant="quiet" icon={Download} disabled={!isDrawn} onClick={() => saveSvg(document_())}>SVG</Button>
      </header>
      {fault && <div className={styles.note}><ErrorNote fault={fault} severity="warning" consequence="The tables are drawn without the keys between them." /></div>}
      {graph && graph.nodes.length === 0 ? (
        <EmptyState icon={Workflow} title="No table is chosen" text="Tick tables on the left to see them and how they refer to each other." />
      ) : !layout ? (
        <Skeleton label="The picture is being drawn" rows={8} />
      ) : (
        <svg
          ref={frame} className={styles.canvas} role="group" tabIndex={0} data-testid="schema-picture"
          aria-label={`Picture of the schema: ${summary}. Arrows move it, plus and minus zoom, 0 shows it whole.`}
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            if (event.button === 0) dragged.current = { from: { x: event.clientX, y: event.clientY }, view, hasMoved: false }
          }}
          onPointerMove={onPointerMove}
          onPointerUp={() => (dragged.current = null)}
          onClickCapture={(event) => {
            // The end of a drag is no click on what lies beneath.
            if (dragged.current?.hasMoved) event.stopPropagation()
          }}
        >
          <g ref={drawing} transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>
            {layout.edges.map((edge) => {
              const end = edge.points.at(-1)!
              return (
                <g key={edge.id}>
                  <title>{edge.words}</title>
                  <path d={pathOf(edge.points)} fill="none" stroke="var(--faint)" strokeWidth={1.25} />
                  <circle cx={end.x} cy={end.y} r={3.5} fill="var(--faint)" />
                </g>
              )
            })}
            {layout.nodes.map((node) => <TableNode key={node.id} node={node} />)}
          </g>
        </svg>
      )}
    </section>
  )
}

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import { Download, Maximize, Workflow, ZoomIn, ZoomOut } from 'lucide-react'
import { Button, IconButton } from '../../../components/Button.tsx'
import { EmptyState } from '../../../components/EmptyState.tsx'
import { ErrorNote } from '../../../components/ErrorNote.tsx'
import { Checkbox } from '../../../components/Field.tsx'
import { formatMany } from '../../../components/format.ts'
import { Skeleton } from '../../../components/Skeleton.tsx'
import type { Fault } from '../../../../main/contract/errors.ts'
import { layOut } from './layOut.ts'
import type { Layout, Point } from './layOut.ts'
import { neighbour } from './neighbour.ts'
import type { Direction } from './neighbour.ts'
import type { PictureGraph } from './pictureGraph.ts'
import { KeyLine, TableNode } from './PictureParts.tsx'
import { savePng, saveSvg, svgDocument } from './savePicture.ts'
import styles from './SchemaPicture.module.css'

const PADDING = 32

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

/** Moved as little as is needed to have the table in sight. */
function revealed(view: View, node: Layout['nodes'][number], frame: { clientWidth: number; clientHeight: number }): View {
  const into = (start: number, length: number, room: number): number =>
    start < PADDING ? PADDING - start : Math.min(0, room - PADDING - (start + length))
  return {
    ...view,
    x: view.x + into(view.x + node.x * view.scale, node.width * view.scale, frame.clientWidth),
    y: view.y + into(view.y + node.y * view.scale, node.height * view.scale, frame.clientHeight),
  }
}

const directions: ReadonlySet<string> = new Set<Direction>(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'])

interface SchemaPictureProps {
  /** Null while the keys are being read. */
  graph: PictureGraph | null
  fault: Fault | null
  showsAll: boolean
  onShowsAll(showsAll: boolean): void
}

/**
 * Tables and the keys between them. Drag or arrows move it, the wheel or + and − zoom, 0 shows it whole; from a table the
 * arrows go to the next one.
 */
export function SchemaPicture({ graph, fault, showsAll, onShowsAll }: SchemaPictureProps) {
  const frame = useRef<SVGSVGElement>(null)
  const drawing = useRef<SVGGElement>(null)
  const dragged = useRef<{ from: Point; view: View; hasMoved: boolean } | null>(null)
  const [layout, setLayout] = useState<Layout | null>(null)
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 })
  const [reachedId, setReachedId] = useState<string | null>(null)
  /** The table whose keys stand out. */
  const [litId, setLitId] = useState<string | null>(null)

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
  const isReachable = layout?.nodes.some(({ id }) => id === reachedId) ?? false
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

  function onNodeKeyDown(event: KeyboardEvent, node: Layout['nodes'][number]): void {
    if (!directions.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    const next = neighbour(layout!.nodes, node, event.key as Direction)
    if (next) drawing.current?.querySelectorAll<SVGGElement>('[role="link"]')[layout!.nodes.indexOf(next)]?.focus()
  }

  function onNodeFocus(node: Layout['nodes'][number]): void {
    setReachedId(node.id)
    setLitId(node.id)
    const element = frame.current
    // A pointer goes to what is in sight already, and a picture that moved beneath it would be missed.
    if (element && !dragged.current) setView((before) => revealed(before, node, element))
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
          aria-label={`Picture of the schema: ${summary}. Arrows move it, plus and minus zoom, 0 shows it whole. Tab goes to its tables, arrows from one to the next.`}
          onBlur={() => setLitId(null)}
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
            {layout.edges.map((edge) => (
              <KeyLine key={edge.id} edge={edge} isLit={litId !== null && (edge.from === litId || edge.to === litId)} />
            ))}
            {layout.nodes.map((node, at) => (
              <TableNode
                key={node.id} node={node} isReached={isReachable ? node.id === reachedId : at === 0}
                onLight={(isLit) => setLitId(isLit ? node.id : null)}
                onFocus={() => onNodeFocus(node)}
                onKeyDown={(event) => onNodeKeyDown(event, node)}
              />
            ))}
          </g>
        </svg>
      )}
    </section>
  )
}

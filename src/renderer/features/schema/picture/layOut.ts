import ELK from 'elkjs/lib/elk-api.js'
import type { ElkNode, ElkPort } from 'elkjs/lib/elk-api.js'
import workerUrl from 'elkjs/lib/elk-worker.min.js?url'
import type { PictureEdge, PictureGraph, PictureNode } from './pictureGraph.ts'

export interface Point {
  x: number
  y: number
}

export interface Layout {
  width: number
  height: number
  nodes: (PictureNode & Point)[]
  edges: (PictureEdge & { points: Point[] })[]
}

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.componentComponent': '36',
  'elk.layered.spacing.nodeNodeBetweenLayers': '64',
  'elk.layered.spacing.edgeNodeBetweenLayers': '20',
  'elk.aspectRatio': '1.6',
}

const GAP = 36
/** A row of tables is at least as long as this, however small the rest is. */
const LEAST_ROW = 720

/** Tables without a key, row by row beneath the others. */
export function placeInRows(
  nodes: readonly Pick<PictureNode, 'id' | 'width' | 'height'>[], top: number, rowWidth: number,
): { places: Map<string, Point>; width: number; height: number } {
  const places = new Map<string, Point>()
  let [x, y, rowHeight, width] = [0, top, 0, 0]
  for (const node of nodes) {
    if (x > 0 && x + node.width > rowWidth) [x, y, rowHeight] = [0, y + rowHeight + GAP, 0]
    places.set(node.id, { x, y })
    width = Math.max(width, x + node.width)
    x += node.width + GAP
    rowHeight = Math.max(rowHeight, node.height)
  }
  return { places, width, height: nodes.length === 0 ? 0 : y + rowHeight }
}

/** A key leaves its table on the right, beside its column, and arrives on the left. */
function portsOf(node: string, width: number, edges: readonly PictureEdge[]): ElkPort[] {
  return edges.flatMap(({ id, from, to, fromY, toY }) => [
    ...(from === node ? [{ id: `${id}\0from`, x: width, y: fromY, width: 0, height: 0, layoutOptions: { 'elk.port.side': 'EAST' } }] : []),
    ...(to === node ? [{ id: `${id}\0to`, x: 0, y: toY, width: 0, height: 0, layoutOptions: { 'elk.port.side': 'WEST' } }] : []),
  ])
}

/** Lays the tables out in a worker, so that a large schema does not hold the window up. An abort ends the worker. */
export async function layOut({ nodes, edges }: PictureGraph, signal: AbortSignal): Promise<Layout> {
  const elk = new ELK({ workerUrl })
  const end = (): void => elk.terminateWorker()
  signal.addEventListener('abort', end)
  try {
    const ends = new Set(edges.flatMap(({ from, to }) => [from, to]))
    const linked = nodes.filter(({ id }) => ends.has(id))
    const alone = nodes.filter(({ id }) => !ends.has(id))
    const picture: ElkNode = {
      id: 'picture',
      layoutOptions: options,
      children: linked.map(({ id, width, height }) => ({
        id, width, height,
        layoutOptions: { 'elk.portConstraints': 'FIXED_POS', 'elk.alignment': 'LEFT' },
        ports: portsOf(id, width, edges),
      })),
      edges: edges.map(({ id }) => ({ id, sources: [`${id}\0from`], targets: [`${id}\0to`] })),
    }
    const laid: ElkNode = await elk.layout(picture)
    const places = new Map<string, Point>(laid.children?.map(({ id, x = 0, y = 0 }) => [id, { x, y }]))
    const below = placeInRows(alone, linked.length > 0 ? (laid.height ?? 0) + GAP : 0, Math.max(laid.width ?? 0, LEAST_ROW))
    const routes = new Map(laid.edges?.map((edge) => [edge.id, edge.sections?.[0]]))
    return {
      width: Math.max(laid.width ?? 0, below.width),
      height: Math.max(laid.height ?? 0, below.height),
      nodes: nodes.map((node) => ({ ...node, ...(places.get(node.id) ?? below.places.get(node.id)!) })),
      edges: edges.flatMap((edge) => {
        const route = routes.get(edge.id)
        return route ? [{ ...edge, points: [route.startPoint, ...(route.bendPoints ?? []), route.endPoint] }] : []
      }),
    }
  } finally {
    signal.removeEventListener('abort', end)
    end()
  }
}

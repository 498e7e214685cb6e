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
    const picture: ElkNode = {
      id: 'picture',
      layoutOptions: options,
      children: nodes.map(({ id, width, height }) => ({
        id, width, height,
        layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
        ports: portsOf(id, width, edges),
      })),
      edges: edges.map(({ id }) => ({ id, sources: [`${id}\0from`], targets: [`${id}\0to`] })),
    }
    const laid: ElkNode = await elk.layout(picture)
    const places = new Map(laid.children?.map((child) => [child.id, child]))
    const routes = new Map(laid.edges?.map((edge) => [edge.id, edge.sections?.[0]]))
    return {
      width: laid.width ?? 0,
      height: laid.height ?? 0,
      nodes: nodes.map((node) => ({ ...node, x: places.get(node.id)?.x ?? 0, y: places.get(node.id)?.y ?? 0 })),
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

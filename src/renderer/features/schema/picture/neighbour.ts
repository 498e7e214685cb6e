import type { Layout } from './layOut.ts'

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

type Placed = Pick<Layout['nodes'][number], 'id' | 'x' | 'y' | 'width' | 'height'>

/** What lies aside of the way counts for more than what lies ahead. */
const ASIDE_WEIGHS = 2

/** The table that lies nearest in that direction; null where there is none. */
export function neighbour<Node extends Placed>(nodes: readonly Node[], from: Node, direction: Direction): Node | null {
  const isAcross = direction === 'ArrowLeft' || direction === 'ArrowRight'
  const sign = direction === 'ArrowLeft' || direction === 'ArrowUp' ? -1 : 1
  const middle = (node: Placed) => ({ x: node.x + node.width / 2, y: node.y + node.height / 2 })
  const start = middle(from)
  let nearest: { node: Node; distance: number } | null = null
  for (const node of nodes) {
    if (node.id === from.id) continue
    const by = { x: middle(node).x - start.x, y: middle(node).y - start.y }
    const ahead = sign * (isAcross ? by.x : by.y)
    const aside = Math.abs(isAcross ? by.y : by.x)
    if (ahead <= 0 || aside > ahead * 3) continue
    const distance = ahead + aside * ASIDE_WEIGHS
    if (!nearest || distance < nearest.distance) nearest = { node, distance }
  }
  return nearest?.node ?? null
}

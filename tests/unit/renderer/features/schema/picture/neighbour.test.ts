import { describe, expect, it } from 'vitest'
import { neighbour } from '../../../../../../src/renderer/features/schema/picture/neighbour.ts'

const node = (id: string, x: number, y: number) => ({ id, x, y, width: 100, height: 60 })
const orders = node('orders', 200, 100)
const nodes = [orders, node('customers', 400, 110), node('products', 400, 400), node('items', 0, 90), node('notes', 210, 300)]

describe('an arrow key in the picture', () => {
  it('goes to the table that lies nearest that way', () => {
    expect(neighbour(nodes, orders, 'ArrowRight')?.id).toBe('customers')
    expect(neighbour(nodes, orders, 'ArrowLeft')?.id).toBe('items')
    expect(neighbour(nodes, orders, 'ArrowDown')?.id).toBe('notes')
  })

  it('stays where nothing lies that way', () => {
    expect(neighbour(nodes, orders, 'ArrowUp')).toBeNull()
  })

  it('reaches every table from every other', () => {
    for (const from of nodes) {
      const reached = new Set([from])
      for (const at of reached) {
        for (const direction of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] as const) {
          const next = neighbour(nodes, at, direction)
          if (next) reached.add(next)
        }
      }
      expect(reached.size).toBe(nodes.length)
    }
  })
})

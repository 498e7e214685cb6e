import { expect, test } from 'vitest'
import { placeInRows } from '../../../../../../src/renderer/features/schema/picture/layOut.ts'

test('tables without a key stand in rows beneath the others, none over another', () => {
  const nodes = Array.from({ length: 7 }, (_, at) => ({ id: String(at), width: 200, height: 40 + at * 10 }))
  const { places, width, height } = placeInRows(nodes, 300, 720)
  const boxes = nodes.map((node) => ({ ...node, ...places.get(node.id)! }))
  expect(boxes.map(({ y }) => y)).toEqual([300, 300, 300, 396, 396, 396, 522])
  for (const one of boxes) {
    expect(one.x + one.width).toBeLessThanOrEqual(width)
    expect(one.y + one.height).toBeLessThanOrEqual(height)
    expect(boxes.filter((other) => other !== one && other.y === one.y && Math.abs(other.x - one.x) < 200)).toEqual([])
  }
  expect(placeInRows([], 300, 720)).toMatchObject({ width: 0, height: 0 })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldedAtFirst, pathOf, readJsonTree, unfoldedNodes } from '../../../../../src/renderer/components/cell/jsonTree.ts'

const read = (text: string) => readJsonTree(text)!
const written = (text: string) => read(text).map((node) => `${node.key ?? node.position} ${text.slice(node.from, node.to)}`)

describe('JSON as a tree', () => {
  it('keeps every digit, every key that repeats, and the order in which it is written', () => {
    const text = '{"a": 12345678901234567890.10, "b": {}, "a": [null, "x:{,}\\""]}'
    expect(written(text)).toEqual([
      `0 ${text}`, '"a" 12345678901234567890.10', '"b" {}', '"a" [null, "x:{,}\\""]', '0 null', '1 "x:{,}\\""',
    ])
  })

  it('holds each value of any JSON once, and each value is a JSON of its own', () => {
    const count = (value: unknown): number =>
      1 + (value !== null && typeof value === 'object' ? Object.values(value).reduce((sum: number, part) => sum + count(part), 0) : 0)
    fc.assert(fc.property(fc.json(), (text) => {
      const nodes = read(text)
      expect(nodes.length).toBe(count(JSON.parse(text)))
      expect(JSON.parse(text.slice(nodes[0]!.from, nodes[0]!.to))).toEqual(JSON.parse(text))
      for (const { from, to } of nodes) expect(() => JSON.parse(text.slice(from, to))).not.toThrow()
    }))
  })

  it('is none where the text is no JSON', () => {
    expect(readJsonTree('{"a": }')).toBeNull()
    expect(readJsonTree('[1, 2')).toBeNull()
  })

  it('hides the members of what is folded, and of nothing else', () => {
    const nodes = read('{"a": [1, [2]], "b": 3}')
    expect(unfoldedNodes(nodes, new Set())).toEqual([0, 1, 2, 3, 4, 5])
    expect(unfoldedNodes(nodes, new Set([1]))).toEqual([0, 1, 5])
    expect(unfoldedNodes(nodes, new Set([0, 3]))).toEqual([0])
  })

  it('shows a large tree by its first level', () => {
    const nodes = read('{"a": [1, [2]], "b": 3}')
    expect(foldedAtFirst(nodes, 100)).toEqual(new Set())
    expect(unfoldedNodes(nodes, foldedAtFirst(nodes, 3))).toEqual([0, 1, 5])
  })

  it('names a place as both engines read it', () => {
    const nodes = read('{"items": [{"odd key": 1}], "ünï": 2}')
    expect(nodes.map((_, at) => pathOf(nodes, at))).toEqual(
      ['$', '$.items', '$.items[0]', '$.items[0]."odd key"', '$."ünï"'],
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prettyJson } from '../../../../../src/renderer/components/cell/prettyJson.ts'

describe('JSON in the cell viewer', () => {
  it('is indented without rounding a number or losing a repeated key', () => {
    expect(prettyJson('{"a":12345678901234567890.10,"a":[1,{}],"b":"x:{,}\\""}')).toBe(
      '{\n  "a": 12345678901234567890.10,\n  "a": [\n    1,\n    {}\n  ],\n  "b": "x:{,}\\""\n}',
    )
  })

  it('agrees with JSON.stringify wherever that loses nothing', () => {
    fc.assert(fc.property(fc.json(), (text) => {
      expect(prettyJson(text)).toBe(JSON.stringify(JSON.parse(text), null, 2))
    }))
  })
})

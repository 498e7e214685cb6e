import { describe, expect, it } from 'vitest'
import { conflictsOf, keysOf } from '../../../../src/renderer/app/bindings.ts'

const command = (id: string, group: string, keys: string[]) => ({ id, label: id, group, keys, perform() {} })

describe('the keys of a command', () => {
  const run = command('run', 'Explore', ['Ctrl+Enter'])
  const all = command('all', 'Explore', ['Ctrl+Shift+Enter'])
  const compare = command('compare', 'Compare', ['Ctrl+Enter'])
  const palette = command('palette', 'Window', ['F1'])
  const known = [run, all, compare, palette]

  it('are those that the person has set, also none, else its own', () => {
    expect(keysOf(run, {})).toEqual(['Ctrl+Enter'])
    expect(keysOf(run, { run: ['F9'] })).toEqual(['F9'])
    expect(keysOf(run, { run: [] })).toEqual([])
  })

  it('meet another command of the same place, or one that is everywhere', () => {
    expect(conflictsOf(run, 'Ctrl+Enter', known, {})).toEqual([])
    expect(conflictsOf(run, 'shift+Ctrl+Enter'.replace('shift', 'Shift'), known, {})).toEqual([all])
    expect(conflictsOf(run, 'F1', known, {})).toEqual([palette])
    expect(conflictsOf(palette, 'Ctrl+Enter', known, {})).toEqual([run, compare])
    expect(conflictsOf(run, 'F9', known, { all: ['F9'] })).toEqual([all])
    expect(conflictsOf(run, 'Ctrl+Shift+Enter', known, { all: [] })).toEqual([])
  })
})

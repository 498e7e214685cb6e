import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { columnCases, tableCases } from '../../../support/schemaChangeCases.ts'

const text = readFileSync(new URL('../../../../docs/schema-changes.md', import.meta.url), 'utf8')
const lines = text.split('\n').filter((line) => line.startsWith('| ')).slice(1)
const documented = new Map(
  lines.map((line) => {
    const [, row, outcome] = line.split('|').map((cell) => cell.trim())
    return [row!.replaceAll(/`[^`]*\([^`]*`/g, '').replaceAll(/ \([^)]*\)/g, '').replaceAll('`', ''), outcome!]
  }),
)
const cases = [...columnCases, ...tableCases]

describe('docs/schema-changes.md', () => {
  it('has a test for each of its rows, and a row for each test', () => {
    expect([...documented.keys()].sort()).toEqual([...new Set(cases.map(({ row }) => row))].sort())
  })

  it.each(cases.map(({ row, name, outcome }) => ({ row, name, outcome })))('says what becomes of it if $name', ({ row, outcome }) => {
    expect(documented.get(row)).toMatch(new RegExp(`^${outcome === 'none' ? 'nothing' : outcome}`))
  })
})

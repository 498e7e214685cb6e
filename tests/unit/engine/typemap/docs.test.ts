import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { planColumn } from '../../../../src/main/engine/typemap/index.ts'
import { extensionTypes } from '../../../../src/main/engine/typemap/table.ts'
import { typeCases } from './cases.ts'

const path = new URL('../../../../docs/types.md', import.meta.url)
const begin = '<!-- the matrix, written by tests/unit/engine/typemap/docs.test.ts -->\n'
const end = '<!-- end of the matrix -->'

const listNote = 'One dimension that begins at 1; any other array turns the column to text.'

function matrix(): string {
  const line = (...cells: string[]): string => `| ${cells.join(' | ')} |\n`
  const code = (text: string): string => `\`${text}\``
  const rows = typeCases
    .filter(({ internal, isLikeElement }) => !internal && !isLikeElement)
    .map(({ sourceType, column, setup = [] }) => {
      const { replicaType, exactness, note = '' } = planColumn(column)
      const made = setup.map((sql) => sql.replace(/^CREATE (DOMAIN|TYPE|EXTENSION) /, '').replace(/ CHECK.*$/, ''))
      const source = setup.length === 0 ? code(sourceType) : `${code(sourceType)} (${code(made.join('; '))})`
      return line(source, code(replicaType), exactness, note.replaceAll('|', '\\|'))
    })
  const others = typeCases.filter(({ isLikeElement }) => isLikeElement)
  const otherNames = others.map(({ sourceType }) => code(sourceType)).join(', ')
  const internal = typeCases.filter((typeCase) => typeCase.internal)
  const internalNames = internal.map(({ sourceType }) => code(sourceType)).join(', ')
  const plan = planColumn(internal[0]!.column)
  return (
    line('Source type', 'Replica type', 'Kept', 'To know') +
    line('---', '---', '---', '---') +
    rows.join('') +
    line(otherNames, 'a list of what the element becomes', 'as the element', listNote) +
    line(internalNames, code(plan.replicaType), plan.exactness, plan.note!)
  )
}

describe('docs/types.md', () => {
  it('lists every type as the engine keeps it (UPDATE_DOCS=1 writes it anew)', () => {
    const text = readFileSync(path, 'utf8')
    const [before, rest] = text.split(begin) as [string, string]
    const [written, after] = rest.split(end) as [string, string]
    if (process.env.UPDATE_DOCS === '1') writeFileSync(path, `${before}${begin}\n${matrix()}\n${end}${after}`)
    else expect(written.trim()).toBe(matrix().trim())
  })

  it('says of arrays what is so of each of them', () => {
    const byName = new Map(typeCases.map(({ sourceType, column }) => [sourceType, planColumn(column)]))
    const others = typeCases.filter(({ isLikeElement }) => isLikeElement)
    expect(others.length).toBeGreaterThan(20)
    for (const { sourceType } of others) {
      const [list, element] = [byName.get(sourceType)!, byName.get(sourceType.slice(0, -2))!]
      const note = element.note === undefined ? listNote : `${listNote} ${element.note}`
      expect([sourceType, list]).toMatchObject([sourceType, { replicaType: `${element.replicaType}[]`, exactness: element.exactness, note }])
    }
  })

  it('has a line for every type of an extension that the engine knows by name', () => {
    const names = new Set(typeCases.map(({ sourceType }) => sourceType))
    expect([...extensionTypes.keys()].filter((name) => !names.has(name))).toEqual([])
  })
})

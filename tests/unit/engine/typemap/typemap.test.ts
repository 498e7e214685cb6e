import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planAsText, planColumn } from '../../../../src/main/engine/typemap/index.ts'
import { comparableText, postgresTexts } from '../../../support/replicaText.ts'
import { typeCases } from './cases.ts'
import type { TypeCase } from './typeCase.ts'
import { csvOf, openStaging, type Staging } from './staging.ts'

let staging: Staging
beforeAll(async () => {
  staging = await openStaging()
})
afterAll(() => staging.close())

const named = typeCases.map(({ refused, refusedFrom17 = [], ...rest }) => ({
  ...rest,
  refused: [...refused, ...refusedFrom17],
  plan: planColumn(rest.column),
}))
const storable = named.filter(({ internal }) => !internal)

describe.each(storable)('$sourceType', ({ plan, values, refused }) => {
  it('gives back the text of every value, and NULL as NULL', async () => {
    const given = [null, ...values, null]
    await staging.load(csvOf(given, plan.mayNeedQuotes), plan)
    const back = await postgresTexts(staging.connection, 'stored ORDER BY id', 'v', plan.replicaType)
    expect(back).toEqual(given.map((value) => comparableText(plan.replicaType, value)))
  })

  it('says that it needs no quotes only where that is so', () => {
    const needing = [...values, ...refused].filter((value) => value === '' || /[",\r\n]/.test(value))
    if (!plan.mayNeedQuotes) expect(needing).toEqual([])
  })
})

const refusing = storable.filter(({ refused }) => refused.length > 0)

describe.each(refusing)('$sourceType', ({ column, plan, values, refused }) => {
  it('fails on a value that it cannot hold, and then keeps it as text', async () => {
    const fallBack = planAsText(column, 'out of range')
    for (const value of refused) {
      await expect(staging.load(csvOf([value], plan.mayNeedQuotes), plan), value).rejects.toThrow(/Error/)
    }
    const given = [null, ...values, ...refused]
    await staging.load(csvOf(given, fallBack.mayNeedQuotes), fallBack)
    expect(await postgresTexts(staging.connection, 'stored ORDER BY id', 'v', 'VARCHAR')).toEqual(given)
    expect(fallBack).toMatchObject({ exactness: 'text', note: 'out of range' })
  })
})

const checked = storable.filter(({ plan }) => !['VARCHAR', 'VARCHAR[]'].includes(plan.replicaType))

describe.each(checked)('$sourceType', ({ plan }) => {
  it('fails on what is no value of it', async () => {
    await expect(staging.load(csvOf(['no such value'], true), plan)).rejects.toThrow(/Error/)
  })
})

describe.each(named.filter(({ plan }) => plan.exactness === 'text'))('$sourceType', ({ plan }) => {
  it('has a sentence that says why it is text', () => {
    expect(plan.note).toMatch(/^[A-Z].*\.$/)
  })
})

describe('a number of a fixed scale', () => {
  const wide = typeCases.find(({ sourceType }) => sourceType === 'numeric(20,2)')!
  const whole = typeCases.find(({ sourceType }) => sourceType === 'numeric(19,0)')!

  it('is never read with another scale than its own', async () => {
    for (const text of ['1.234', '1.2', '12', '1e5']) {
      await expect(staging.load(csvOf([text], false), planColumn(wide.column)), text).rejects.toThrow(/Error/)
    }
    await expect(staging.load(csvOf(['1.5'], false), planColumn(whole.column))).rejects.toThrow(/Error/)
  })

  it('fails where it has more digits than its column', async () => {
    const load = (text: string, { column }: TypeCase): Promise<void> =>
      staging.load(csvOf([text], false), planColumn(column))
    await expect(load('1000000000000000000.00', wide)).rejects.toThrow(/Error/)
    await expect(load('10000000000000000000', whole)).rejects.toThrow(/Error/)
  })
})

describe('values that DuckDB holds equal', () => {
  it.each([
    ['interval', ['1 mon', '30 days', '720:00:00']],
    ['double precision', ['0', '-0']],
    ['real', ['0', '-0']],
    ['interval[]', ['{"1 mon"}', '{"30 days"}']],
    ['double precision[]', ['{0}', '{-0}']],
  ])('are told apart in %s by `distinguish`', async (sourceType, values) => {
    const plan = planColumn(typeCases.find((typeCase) => typeCase.sourceType === sourceType)!.column)
    await staging.load(csvOf(values, plan.mayNeedQuotes), plan)
    const count = async (value: string): Promise<unknown> => {
      const reader = await staging.connection.runAndReadAll(`SELECT count(DISTINCT ${value})::INTEGER FROM stored`)
      return reader.getRowsJS()[0]![0]
    }
    expect(await count('v')).toBe(1)
    expect(await count(plan.distinguish!('v'))).toBe(values.length)
  })
})

describe('a type that is not known', () => {
  it('is text even when it is named like a property of every object', () => {
    const column = { ...typeCases.find(({ sourceType }) => sourceType === 'isbn13')!.column, typeName: 'constructor' }
    expect(planColumn(column)).toMatchObject({ replicaType: 'VARCHAR', exactness: 'text' })
  })

  it('is known by its name where a schema or quotes stand around it', () => {
    const column = typeCases.find(({ sourceType }) => sourceType === 'citext')!.column
    const { note, exactness } = planColumn(column)
    expect(planColumn({ ...column, typeName: '"My.Types".citext' })).toMatchObject({ note, exactness })
  })
})

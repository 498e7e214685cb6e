import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamRelation } from '../../../../src/main/engine/decode/pgoutput.ts'
import type { SourceColumn, SourceRelation } from '../../../../src/main/engine/model/relation.ts'
import { marksOf, type SourceShape } from '../../../../src/main/engine/model/shape.ts'
import { decideSchemaChange, type SchemaDecision } from '../../../../src/main/engine/sync/schemaChanges.ts'
import { isAsPlanned, planOfCatalog, planOfRelation } from '../../../../src/main/engine/sync/streamShape.ts'
import { planTable } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { column, relation } from '../source/relation.ts'

const types = { integer: 23, text: 25, bigint: 20 } as const
type TypeName = keyof typeof types

function typed(attnum: number, name: string, typeName: TypeName = 'text', change: Partial<SourceColumn> = {}): SourceColumn {
  return column({ attnum, name, typeName, typeOid: types[typeName], baseTypeOid: types[typeName], ...change })
}

function shapeOf(change: Partial<SourceRelation> = {}, facts: Partial<SourceShape> = {}): SourceShape {
  const described = relation({ columns: [typed(1, 'id', 'integer'), typed(2, 'a'), typed(3, 'b')], ...change })
  return {
    relation: described,
    attributes: described.columns.map(({ attnum, generated }) => ({ attnum, xmin: '700', generated, isDropped: false, missingValue: null })),
    storage: [{ oid: 1, fileNode: 1, attachedBy: '', isBornPartition: false }],
    keyIndexOid: 9,
    publicationEntries: [5],
    types: [],
    ...facts,
  }
}

function decide(was: SourceShape, is: SourceShape, filledPartitions: number[] = []): SchemaDecision {
  const before = planTable(was.relation)
  const after = planOfCatalog(before, is)
  return decideSchemaChange({ before, marks: marksOf(was), after, shape: is, toldBy: 'catalog', filledPartitions: new Set(filledPartitions) })
}

const columnsOf = (...columns: SourceColumn[]) => shapeOf({ columns })

describe('what becomes of a change that the catalog tells', () => {
  it('nothing, where nothing that the replica shows has changed', () => {
    expect(decide(shapeOf(), shapeOf())).toMatchObject({ outcome: 'none' })
    const vacuumed = shapeOf({}, { storage: [{ oid: 1, fileNode: 2, attachedBy: '', isBornPartition: false }] })
    expect(decide(shapeOf(), vacuumed)).toMatchObject({ outcome: 'none', marks: { storage: [{ fileNode: 2 }] } })
  })

  it('columns added, dropped and renamed are told in words', () => {
    const is = columnsOf(typed(1, 'id', 'integer'), typed(3, 'renamed'), typed(4, 'd', 'bigint'))
    expect(decide(shapeOf(), is)).toMatchObject({ outcome: 'applied', changes: ['drop column a', 'rename column b to renamed', 'add column d bigint'] })
  })

  it.each<[string, SourceShape, SourceShape, number[]?]>([
    ['rewritten with a change of a column', shapeOf(), shapeOf({}, { storage: [{ oid: 1, fileNode: 2, attachedBy: '', isBornPartition: false }], attributes: [{ attnum: 1, xmin: '701', generated: '', isDropped: false, missingValue: null }] })],
    ['without one of its partitions', shapeOf({}, { storage: [{ oid: 1, fileNode: 0, attachedBy: '', isBornPartition: false }, { oid: 2, fileNode: 2, attachedBy: '7', isBornPartition: true }] }), shapeOf({}, { storage: [{ oid: 1, fileNode: 0, attachedBy: '', isBornPartition: false }] })],
    ['with an attached partition that holds rows', shapeOf(), shapeOf({}, { storage: [{ oid: 1, fileNode: 1, attachedBy: '', isBornPartition: false }, { oid: 2, fileNode: 2, attachedBy: '7', isBornPartition: false }] }), [2]],
    ['put back into the publication', shapeOf(), shapeOf({}, { publicationEntries: [6] })],
    ['with an identity that it had not', shapeOf({ identityKey: [], primaryKey: [] }), shapeOf()],
    ['of another type', shapeOf(), columnsOf(typed(1, 'id', 'integer'), typed(2, 'a', 'bigint'), typed(3, 'b'))],
    ['with a default that nobody can read', shapeOf(), { ...shapeOf(), ...columnsOf(typed(1, 'id', 'integer'), typed(2, 'a'), typed(3, 'b'), typed(4, 'c')), attributes: [{ attnum: 4, xmin: '1', generated: '', isDropped: false, missingValue: 'undecidable' }] }],
    ['generated before', columnsOf(typed(1, 'id', 'integer'), typed(2, 'a', 'text', { generated: 's' })), columnsOf(typed(1, 'id', 'integer'), typed(2, 'a'))],
    ['with another column in the place of its last', shapeOf(), columnsOf(typed(1, 'id', 'integer'), typed(2, 'a'), typed(4, 'c'))],
  ])('a table %s is copied again', (_, was, is, filled = []) => {
    expect(decide(was, is, filled)).toMatchObject({ outcome: 'copied again', reason: expect.stringMatching(/\w/) })
  })

  it('a table without columns is parked', () => {
    expect(decide(shapeOf(), columnsOf())).toMatchObject({ outcome: 'parked', code: 'TABLE_CHANGED' })
  })
})

/** A change of columns, as far as names, types and attnums show it. */
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), name: fc.constantFrom('a', 'b', 'c', 'd'), type: fc.constantFrom<TypeName>('text', 'integer') }),
  fc.record({ do: fc.constant('drop' as const), name: fc.constantFrom('a', 'b', 'c', 'd') }),
  fc.record({ do: fc.constant('rename' as const), name: fc.constantFrom('a', 'b', 'c', 'd'), to: fc.constantFrom('a', 'b', 'c', 'd') }),
)

/** As Postgres does it; what it would refuse is left out. */
function changed(columns: readonly SourceColumn[], steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[], firstAttnum: number, renamed: Set<number>): SourceColumn[] {
  let now = [...columns]
  let attnum = firstAttnum
  const rename = (renamedAttnum: number, to: string): string => (renamed.add(renamedAttnum), to)
  for (const change of steps) {
    const has = (name: string): boolean => now.some((other) => other.name === name)
    if (change.do === 'add' && !has(change.name)) now.push(typed(attnum++, change.name, change.type))
    if (change.do === 'drop') now = now.filter(({ name }) => name !== change.name)
    if (change.do === 'rename' && has(change.name) && !has(change.to)) now = now.map((other) => (other.name === change.name ? { ...other, name: rename(other.attnum, change.to) } : other))
  }
  return now
}

function streamed(columns: readonly SourceColumn[]): StreamRelation {
  return {
    ...{ oid: 1, schema: 'public', name: 'orders', replicaIdentity: 'default' },
    columns: columns.map(({ attnum, name, typeOid, typmod }) => ({ name, typeOid, typmod, inIdentity: attnum === 1 })),
  }
}

describe('columns that the stream names, and a catalog that is further on', () => {
  it('are matched as they are or not at all; or else the table is copied again as soon as the catalog is taken over', () => {
    const initial = [typed(1, 'id', 'integer'), typed(2, 'a'), typed(3, 'b')]
    let matched = 0
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), fc.array(step, { maxLength: 4 }), (earlier, later) => {
        const renamed = new Set<number>()
        const then = changed(initial, earlier, 4, renamed)
        const now = changed(then, later, 20, renamed)
        const plain = columnsOf(...now)
        const shape = { ...plain, attributes: plain.attributes.map((fact) => ({ ...fact, xmin: renamed.has(fact.attnum) ? '701' : '700' })) }
        const before = planTable(columnsOf(...initial).relation)
        const marks = marksOf(columnsOf(...initial))
        const isPlanned = isAsPlanned(before, streamed(then))
        const plan = isPlanned ? before : planOfRelation(before, marks, streamed(then), shape)
        if (!plan) return
        const atItsPlace = isPlanned ? { outcome: 'none' as const, marks } : decideSchemaChange({ before, marks, after: plan, shape, toldBy: 'stream', filledPartitions: new Set() })
        if (atItsPlace.outcome !== 'none' && atItsPlace.outcome !== 'applied') return
        matched++
        const wrong = plan.columns.filter(({ attnum }, place) => attnum !== then[place]!.attnum && now.some((other) => other.attnum === then[place]!.attnum))
        if (wrong.length === 0) return
        const next = decideSchemaChange({ before: plan, marks: atItsPlace.marks, after: planOfCatalog(plan, shape), shape, toldBy: 'catalog', filledPartitions: new Set() })
        expect(next.outcome).toBe('copied again')
      }),
      { numRuns: 5000 },
    )
    expect(matched).toBeGreaterThan(500)
  })

  it('are none of theirs where they are of another type than either knows, or ambiguous', () => {
    const before = planTable(shapeOf().relation)
    const plan = (stream: SourceColumn[], now: SourceColumn[]) => planOfRelation(before, null, streamed(stream), columnsOf(...now))
    const id = typed(1, 'id', 'integer')
    expect(plan([id, typed(2, 'a', 'bigint'), typed(3, 'b')], [id, typed(2, 'a'), typed(3, 'b')])).toBeNull()
    expect(plan([id, typed(3, 'b'), typed(4, 'a')], [id, typed(4, 'b')])).toBeNull()
    expect(plan([id, typed(2, 'a')], [id, typed(2, 'a')])?.columns.map(({ attnum }) => attnum)).toEqual([1, 2])
  })
})

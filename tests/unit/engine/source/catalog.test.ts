import { describe, expect, test } from 'vitest'
import { followsOf, identityOf, obstacleOf, type IdentityFacts } from '../../../../src/main/engine/source/catalog.ts'
import { relation } from './relation.ts'

const facts: IdentityFacts = {
  identity: 'default',
  isPartitioned: false,
  primaryKey: [1],
  primaryKeyUsable: true,
  identityIndex: [],
  partitionIdentities: ['default'],
  columns: [
    { attnum: 1, generated: '' },
    { attnum: 2, generated: '' },
    { attnum: 3, generated: '' },
  ],
  serverVersion: 180_000,
}
const generated = [{ attnum: 1, generated: 's' as const }, ...facts.columns.slice(1)]

describe('the key that the log carries', () => {
  test.each<[string, Partial<IdentityFacts>, number[], string | null]>([
    ['is the primary key', {}, [1], null],
    ['is missing without one', { primaryKey: [] }, [], 'no-primary-key'],
    ['is missing where the primary key is deferrable', { primaryKeyUsable: false }, [], 'deferrable-primary-key'],
    ['is missing where the key is generated', { columns: generated }, [], 'generated-key-column'],
    ['is missing under nothing', { identity: 'nothing' }, [], 'identity-nothing'],
    ['is the index under index', { identity: 'index', identityIndex: [3, 2] }, [3, 2], null],
    ['is missing where the index is gone', { identity: 'index' }, [], 'identity-index-missing'],
    ['is every column under full', { identity: 'full' }, [1, 2, 3], null],
    ['is missing under full with a generated column from 18 on', { identity: 'full', columns: generated }, [], 'full-with-generated-column'],
    ['leaves the generated column out before 18', { identity: 'full', columns: generated, serverVersion: 170_000 }, [2, 3], null],
    ['is the root primary key of a partitioned table', { isPartitioned: true }, [1], null],
    ['is the root primary key where a partition is full', { isPartitioned: true, partitionIdentities: ['default', 'full'] }, [1], null],
    ['is missing where a partition has nothing', { isPartitioned: true, partitionIdentities: ['nothing'] }, [], 'partitions-differ'],
    ['is missing where a partition has its own index', { isPartitioned: true, partitionIdentities: ['index'] }, [], 'partitions-differ'],
    ['is missing where the next partition would lack it', { isPartitioned: true, identity: 'full', primaryKey: [], partitionIdentities: ['full'] }, [], 'partitions-differ'],
    ['is missing for a partitioned table without a primary key', { isPartitioned: true, primaryKey: [] }, [], 'no-primary-key'],
  ])('%s', (_, change, key, gap) => {
    expect(identityOf({ ...facts, ...change })).toEqual({ key, gap })
  })
})

describe('what can be followed', () => {
  test.each([
    ['every change', {}, null, 'every-change'],
    ['inserts only without a key', { identityKey: [] }, null, 'inserts-only'],
    ['nothing that is unlogged', { isLogged: false }, 'unlogged', 'nothing'],
    ['nothing that may not be read', { canSelect: false }, 'no-select', 'nothing'],
    ['nothing that is not ours to publish', { ownerIsUs: false }, 'not-owner', 'nothing'],
    ['nothing that is hidden in part', { rowSecurityApplies: true }, 'row-security', 'nothing'],
    ['nothing without columns', { columns: [] }, 'no-columns', 'nothing'],
  ] as const)('%s', (_, change, obstacle, follows) => {
    const table = relation({ ...change } as never)
    expect(obstacleOf(table)).toBe(obstacle)
    expect(followsOf(table)).toBe(follows)
  })
})

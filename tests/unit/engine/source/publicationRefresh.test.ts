import { expect, it } from 'vitest'
import { releaseThatSeesAddedTables } from '../../../../src/main/engine/source/publicationRefresh.ts'

it.each([
  [140_017, '14.18'],
  [140_018, null],
  [150_000, '15.13'],
  [150_012, '15.13'],
  [150_013, null],
  [160_008, '16.9'],
  [160_009, null],
  [170_004, '17.5'],
  [170_005, null],
  [180_000, null],
  [190_000, null],
])('a server of version %i may go on leaving an added table out until %s', (versionNumber, release) => {
  expect(releaseThatSeesAddedTables(versionNumber)).toBe(release)
})

import { describe, expect, it } from 'vitest'
import { masksOfTable } from '../../../../src/main/engine/masking/tableMasks.ts'
import type { MaskRecord } from '../../../../src/main/engine/model/maskRule.ts'
import { column, relation } from '../source/relation.ts'

const id = column()
const email = column({ attnum: 2, name: 'email' })
const remembered = (change: Partial<MaskRecord> = {}): MaskRecord => ({ oid: 1, attnum: 2, schema: 'public', table: 'orders', column: 'email', rule: 'hash', ...change })
const rulesOf = (records: MaskRecord[], of: ReturnType<typeof relation>) => {
  const { rules, lost } = masksOfTable(records, of)
  return { rules: [...rules], lost }
}

describe('the masks of a table', () => {
  it('go with the column, whatever it and its table are called now', () => {
    const renamed = relation({ name: 'purchases', columns: [id, { ...email, name: 'mail' }, column({ attnum: 3, name: 'email' })] })
    expect(rulesOf([remembered()], renamed)).toEqual({ rules: [[2, 'hash']], lost: [] })
  })

  it('go by the names for a table that was made anew, and what is not found there is told', () => {
    const anew = relation({ oid: 9, columns: [id, { ...email, attnum: 7 }] })
    expect(rulesOf([remembered(), remembered({ attnum: 3, column: 'phone' })], anew)).toEqual({ rules: [[7, 'hash']], lost: ['phone'] })
    expect(rulesOf([remembered({ table: 'others' })], anew)).toEqual({ rules: [], lost: [] })
  })

  it('are none where they were taken away', () => {
    const of = relation({ columns: [id, email] })
    expect(rulesOf([remembered({ rule: 'none' })], of)).toEqual({ rules: [], lost: [] })
    // Not even where an earlier table of the name had some.
    expect(rulesOf([remembered({ oid: 5 }), remembered({ rule: 'none' })], of)).toEqual({ rules: [], lost: [] })
  })
})

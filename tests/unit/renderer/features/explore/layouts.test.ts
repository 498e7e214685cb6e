import { describe, expect, it } from 'vitest'
import type { GridLayout } from '../../../../../src/main/contract/settings.ts'
import { layoutBy, layoutKeys, withLayout } from '../../../../../src/renderer/features/explore/layouts.ts'

const columns = ['id', 'status'].map((name) => ({ name, type: 'VARCHAR', kind: 'text' as const }))
const keys = (sql: string) => layoutKeys(sql, columns)
const layout = (widthPixels: number): GridLayout => ({
  columns: [{ at: 0, widthPixels, isHidden: false, isPinned: false, format: 'own' }],
})

const all = keys('SELECT * FROM orders')
const paid = keys("SELECT * FROM orders WHERE status = 'Paid'")

describe('the arrangement of a result', () => {
  it('is known again whatever the spaces, comments and case of its statement, but not by another value', () => {
    expect(keys("select *\n  from Orders -- all\n where status = 'Paid';")).toEqual(paid)
    expect(keys("SELECT * FROM orders WHERE status = 'paid'")[0]).not.toBe(paid[0])
    expect(keys('SELECT * FROM "Orders"')[0]).not.toBe(all[0])
  })

  it('is each statement\'s own, once it has been arranged', () => {
    let kept = withLayout({}, all, layout(100))
    expect(layoutBy(kept, paid)).toEqual(layout(100))
    kept = withLayout(kept, paid, layout(200))
    expect(layoutBy(kept, all)).toEqual(layout(100))
    expect(layoutBy(kept, paid)).toEqual(layout(200))
    expect(layoutBy(kept, keys('SELECT * FROM orders WHERE id = 1'))).toEqual(layout(200))
    expect(layoutBy(kept, keys('SELECT * FROM customers'))).toBeNull()
  })

  it('is forgotten, and then nothing of its shape takes its place', () => {
    const kept = withLayout(withLayout({}, all, layout(100)), paid, null)
    expect(layoutBy(kept, paid)).toBeNull()
    expect(layoutBy(kept, all)).toEqual(layout(100))
  })

  it('of a statement too long to be remembered is its shape\'s', () => {
    expect(keys(`SELECT * FROM orders WHERE status IN (${"'a', ".repeat(3_000)}'b')`)).toEqual([all[1]])
  })
})

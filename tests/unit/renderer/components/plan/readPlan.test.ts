import { describe, expect, it } from 'vitest'
import { readPlan } from '../../../../../src/renderer/components/plan/readPlan.ts'

describe('a plan', () => {
  it('of Postgres counts rows and times over all loops', () => {
    const plan = [{ Plan: {
      'Node Type': 'Nested Loop', 'Actual Rows': 6, 'Actual Loops': 1, 'Actual Total Time': 2.5,
      Plans: [{
        'Node Type': 'Index Scan', 'Relation Name': 'orders', 'Index Name': 'orders_pkey', 'Index Cond': '(id = 1)',
        'Actual Rows': 2, 'Actual Loops': 3, 'Actual Total Time': 0.5,
      }],
    } }]
    expect(readPlan('source', JSON.stringify(plan))?.roots).toEqual([
      { title: 'Nested Loop', detail: null, rows: 6, expectedRows: null, ms: 1, cost: null, children: [
        {
          title: 'Index Scan', detail: 'orders · by orders_pkey · (id = 1)', rows: 6, expectedRows: null, ms: 1.5,
          cost: null, children: [],
        },
      ] },
    ])
  })

  it('marks where most of the time went, each step without those beneath it', () => {
    const scan = { 'Node Type': 'Seq Scan', 'Actual Rows': 9, 'Actual Loops': 1, 'Actual Total Time': 8, 'Plan Rows': 900 }
    const plan = [{ Plan: { 'Node Type': 'Sort', 'Actual Rows': 9, 'Actual Loops': 1, 'Actual Total Time': 10, Plans: [scan] } }]
    const read = readPlan('source', JSON.stringify(plan))!
    expect(read.costliest).toMatchObject({ title: 'Seq Scan', ms: 8, rows: 9, expectedRows: 900 })
    expect(read.total).toBe(10)
  })

  it('that was not run is weighed by its estimated cost, where there is one', () => {
    const scan = { 'Node Type': 'Seq Scan', 'Plan Rows': 900, 'Total Cost': 70 }
    const plan = [{ Plan: { 'Node Type': 'Sort', 'Plan Rows': 900, 'Total Cost': 100, Plans: [scan] } }]
    const read = readPlan('source', JSON.stringify(plan))!
    expect(read.costliest).toMatchObject({ title: 'Seq Scan', cost: 70, ms: null, rows: null })
    expect(read.roots[0]!.cost).toBe(30)
    const onReplica = [{ name: 'SEQ_SCAN', children: [], extra_info: { Table: 't', 'Estimated Cardinality': '12' } }]
    expect(readPlan('replica', JSON.stringify(onReplica))).toMatchObject({ costliest: null, roots: [{ expectedRows: 12 }] })
  })

  it('of DuckDB leaves out what only wraps the statement', () => {
    const scan = {
      operator_name: 'SEQ_SCAN ', operator_cardinality: 300, operator_timing: 0.001, children: [],
      extra_info: { Table: 'orders', Projections: ['country', 'total'] },
    }
    const group = {
      operator_name: 'HASH_GROUP_BY', operator_cardinality: 8, operator_timing: 0.002, children: [scan],
      extra_info: { Groups: '#0' },
    }
    const plan = { query_name: 'SELECT', children: [{ operator_name: 'EXPLAIN_ANALYZE', children: [group] }] }
    expect(readPlan('replica', JSON.stringify(plan))?.roots).toEqual([
      { title: 'Hash group by', detail: '#0', rows: 8, expectedRows: null, ms: 2, cost: null, children: [
        { title: 'Seq scan', detail: 'orders · country, total', rows: 300, expectedRows: null, ms: 1, cost: null, children: [] },
      ] },
    ])
  })

  it('that is not JSON, or JSON of something else, is left as it was printed', () => {
    expect(readPlan('source', 'Seq Scan on orders')).toBeNull()
    expect(readPlan('source', '[1, null, {"Plan": 3}]')).toBeNull()
    expect(readPlan('replica', '{}')).toBeNull()
  })
})

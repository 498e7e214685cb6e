import { describe, expect, it } from 'vitest'
import { readPlan } from '../../../../../src/renderer/features/compare/plan.ts'

describe('a plan', () => {
  it('of Postgres counts rows and times over all loops', () => {
    const plan = [{ Plan: {
      'Node Type': 'Nested Loop', 'Actual Rows': 6, 'Actual Loops': 1, 'Actual Total Time': 2.5,
      Plans: [{
        'Node Type': 'Index Scan', 'Relation Name': 'orders', 'Index Name': 'orders_pkey', 'Index Cond': '(id = 1)',
        'Actual Rows': 2, 'Actual Loops': 3, 'Actual Total Time': 0.5,
      }],
    } }]
    expect(readPlan('source', JSON.stringify(plan))).toEqual([
      { title: 'Nested Loop', detail: null, rows: 6, ms: 2.5, children: [
        { title: 'Index Scan', detail: 'orders · by orders_pkey · (id = 1)', rows: 6, ms: 1.5, children: [] },
      ] },
    ])
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
    expect(readPlan('replica', JSON.stringify(plan))).toEqual([
      { title: 'Hash group by', detail: '#0', rows: 8, ms: 2, children: [
        { title: 'Seq scan', detail: 'orders · country, total', rows: 300, ms: 1, children: [] },
      ] },
    ])
  })

  it('that is not JSON, or JSON of something else, is left as it was printed', () => {
    expect(readPlan('source', 'Seq Scan on orders')).toBeNull()
    expect(readPlan('source', '[1, null, {"Plan": 3}]')).toBeNull()
    expect(readPlan('replica', '{}')).toBeNull()
  })
})

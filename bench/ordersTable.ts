import type { SourceColumn, SourceRelation } from '../src/main/engine/model/relation.ts'

interface Column {
  name: string
  /** As `CREATE TABLE` takes it and `format_type` prints it. */
  type: string
  typeOid: number
  typmod: number
  /** SQL of the column's value in row `i` (a bigint from 1 on); the same at every run. */
  value: string
}

const whole = { typmod: -1 }
const money = { type: 'numeric(12,2)', typeOid: 1700, typmod: (12 << 16) + 2 + 4 }
const text = { type: 'text', typeOid: 25, ...whole }

/** Numbers from 0 to `below`, spread without a pattern that a compressor would find. */
const spread = (salt: number, below: number): string => `(hashint8extended(i, ${salt}) & 1073741823) % ${below}`

const columns: readonly Column[] = [
  { name: 'id', type: 'bigint', typeOid: 20, ...whole, value: 'i' },
  { name: 'customer_id', type: 'integer', typeOid: 23, ...whole, value: `1 + ${spread(1, 200_000)}` },
  { name: 'product_id', type: 'integer', typeOid: 23, ...whole, value: `1 + ${spread(2, 5000)}` },
  {
    name: 'status',
    ...text,
    value: `(ARRAY['new','paid','packed','shipped','delivered','returned'])[1 + ${spread(3, 6)}]`,
  },
  { name: 'country', ...text, value: `(ARRAY['DE','FR','US','GB','IT','ES','PL','SE','JP','BR'])[1 + ${spread(4, 10)}]` },
  { name: 'currency', ...text, value: `(ARRAY['EUR','USD','GBP'])[1 + ${spread(5, 3)}]` },
  { name: 'total', ...money, value: `(${spread(6, 10_000_000)})::numeric / 100` },
  { name: 'tax', ...money, value: `(${spread(7, 100_000)})::numeric / 100` },
  { name: 'weight_kg', type: 'double precision', typeOid: 701, ...whole, value: `(${spread(8, 4_000_000)}) / 1000.0` },
  { name: 'quantity', type: 'smallint', typeOid: 21, ...whole, value: `1 + ${spread(9, 40)}` },
  { name: 'is_gift', type: 'boolean', typeOid: 16, ...whole, value: `${spread(10, 7)} = 0` },
  { name: 'token', type: 'uuid', typeOid: 2950, ...whole, value: `md5(i::text)::uuid` },
  {
    name: 'note',
    ...text,
    value:
      `CASE ${spread(11, 4)} WHEN 0 THEN NULL WHEN 1 THEN '' ` +
      `WHEN 2 THEN 'leave it "next door", ring ' || ${spread(12, 90)} || ' times, mind the dog and do not ring at night' ` +
      `ELSE 'batch ' || ${spread(13, 5000)} || ', shelf ' || ${spread(14, 60)} || ', checked by hand, wrapped in paper' END`,
  },
  {
    name: 'created_at',
    type: 'timestamp with time zone',
    typeOid: 1184,
    ...whole,
    value: `timestamptz '2024-01-01 00:00:00+00' + i * interval '7.123457 seconds'`,
  },
  { name: 'ship_on', type: 'date', typeOid: 1082, ...whole, value: `date '2024-01-02' + (i / 12000)::int + (${spread(15, 9)})::int` },
  {
    name: 'updated_at',
    type: 'timestamp without time zone',
    typeOid: 1114,
    ...whole,
    value: `timestamp '2024-01-01 00:00:00' + i * interval '7.5 seconds'`,
  },
]

const names = columns.map(({ name }) => name).join(', ')
const values = columns.map(({ value, type }) => `(${value})::${type}`).join(', ')

/** Rows of the orders table with keys from `first` to `last`, both SQL expressions. */
function insertRows(first: string, last: string): string {
  return `INSERT INTO orders (${names}) SELECT ${values} FROM generate_series(${first}, ${last}) AS rows(i)`
}

/**
 * 16 columns, about 200 bytes a row of CSV. `update_order` is the order in which changes visit the
 * rows: each once, without a pattern.
 */
export function fillStatements(rows: number): string[] {
  return [
    `CREATE TABLE orders (${columns.map(({ name, type }) => `${name} ${type}`).join(', ')}, PRIMARY KEY (id))`,
    insertRows('1::bigint', `${rows}::bigint`),
    `CREATE UNLOGGED TABLE update_order AS SELECT row_number() OVER (ORDER BY hashint8extended(id, 99)) AS place, id FROM orders`,
    'ALTER TABLE update_order ADD PRIMARY KEY (place)',
    'VACUUM (ANALYZE, FREEZE) orders',
    'VACUUM (ANALYZE) update_order',
    'CHECKPOINT',
  ]
}

export interface Workload {
  transactions: number
  updates: number
  inserts: number
}

/**
 * One call makes all changes of the workload, in its transactions, on random old rows and new keys.
 * Commits in the middle do not wait for the disk: the load is being made here, not measured.
 */
export function workloadStatements(workload: Workload, rows: number): string[] {
  const each = (count: number): number => count / workload.transactions
  return [
    `CREATE OR REPLACE PROCEDURE make_changes() LANGUAGE plpgsql AS $$
     BEGIN
       FOR number IN 0 .. ${workload.transactions - 1} LOOP
         UPDATE orders SET status = 'returned', total = total + 1.01, quantity = (quantity % 40) + 1, updated_at = updated_at + interval '1.5 days'
           FROM (SELECT id AS chosen FROM update_order
                 WHERE place > number * ${each(workload.updates)} AND place <= (number + 1) * ${each(workload.updates)}) AS update_order
           WHERE id = chosen;
         ${insertRows(`${rows} + number * ${each(workload.inserts)} + 1::bigint`, `${rows} + (number + 1) * ${each(workload.inserts)}::bigint`)};
         COMMIT;
       END LOOP;
     END $$`,
    'SET synchronous_commit = off',
    'CALL make_changes()',
    'SET synchronous_commit = on',
    // Its commit waits, and with it everything before it is on disk.
    'SELECT txid_current()',
  ]
}

/** A row's values in a form that both engines print alike, exactly. */
const portable: Record<string, { postgres(name: string): string; duckdb(name: string): string }> = {
  'numeric(12,2)': { postgres: (name) => `(${name} * 100)::bigint::text`, duckdb: (name) => `(${name} * 100)::BIGINT::VARCHAR` },
  'double precision': {
    postgres: (name) => `('x' || encode(float8send(${name}), 'hex'))::bit(64)::text`,
    duckdb: (name) => `${name}::BIT::VARCHAR`,
  },
  boolean: { postgres: (name) => `${name}::int::text`, duckdb: (name) => `${name}::INTEGER::VARCHAR` },
  'timestamp with time zone': {
    postgres: (name) => `(extract(epoch FROM ${name}) * 1000000)::bigint::text`,
    duckdb: (name) => `epoch_us(${name})::VARCHAR`,
  },
  'timestamp without time zone': {
    postgres: (name) => `(extract(epoch FROM ${name}) * 1000000)::bigint::text`,
    duckdb: (name) => `epoch_us(${name})::VARCHAR`,
  },
  date: { postgres: (name) => `(${name} - date '2000-01-01')::text`, duckdb: (name) => `(${name} - DATE '2000-01-01')::VARCHAR` },
}
const plainText = { postgres: (name: string) => `${name}::text`, duckdb: (name: string) => `${name}::VARCHAR` }

/** SQL of a row as one text, equal on both engines where the row is. */
export function rowText(engine: 'postgres' | 'duckdb'): string {
  return columns
    .map(({ name, type }) => `coalesce(${(portable[type] ?? plainText)[engine](name)}, '(null)')`)
    .join(` || '|' || `)
}

/** The table as the catalog would describe it, for benchmarks without a server. */
export function ordersRelation(): SourceRelation {
  return {
    oid: 16_400,
    schema: 'public',
    name: 'orders',
    kind: 'table',
    estimatedRows: null,
    totalBytes: 0,
    replicaIdentity: 'default',
    columns: columns.map(sourceColumn),
    primaryKey: [1],
    identityKey: [1],
    identityGap: null,
    isPartition: false,
    hasInheritanceChildren: false,
    isLogged: true,
    hasRowSecurity: false,
    rowSecurityApplies: false,
    canSelect: true,
    ownerIsUs: true,
    owner: 'postgres',
  }
}

function sourceColumn({ name, type, typeOid, typmod }: Column, index: number): SourceColumn {
  return {
    attnum: index + 1,
    name,
    typeOid,
    typeName: type,
    typmod,
    typeKind: 'b',
    elementTypeOid: null,
    elementTypeKind: null,
    baseTypeOid: typeOid,
    baseTypmod: typmod,
    baseTypeKind: 'b',
    nullable: index > 0,
    generated: '',
  }
}

import type { Client } from 'pg'
import { keysAndComments, shopTables, tables } from './schema.ts'
import { seedSteps } from './seed.ts'
import { shopSizes } from './sizes.ts'

/** Counts up with every change of the schema or of the seed; an older shop is made anew. */
export const shopVersion = 1
export const defaultShopRows = 300_000

export interface ShopLabel {
  version: number
  /** The number of rows that was asked for. */
  rows: number
}

/** What is written on the database once its shop is complete; in the same transaction as its rows. */
export function shopLabelText({ version, rows }: ShopLabel): string {
  return `The demo shop of Millrace, version ${version}, about ${rows} rows.`
}

export function parseShopLabel(text: string | null): ShopLabel | null {
  const match = /^The demo shop of Millrace, version (\d+), about (\d+) rows\.$/.exec(text ?? '')
  return match ? { version: Number(match[1]), rows: Number(match[2]) } : null
}

async function readLabel(client: Client): Promise<ShopLabel | null> {
  const { rows } = await client.query<{ label: string | null }>(
    `SELECT shobj_description(oid, 'pg_database') AS label FROM pg_database WHERE datname = current_database()`,
  )
  return parseShopLabel(rows[0]?.label ?? null)
}

async function makeShop(client: Client, rows: number, told: (what: string) => void): Promise<void> {
  const database = client.escapeIdentifier(client.database ?? '')
  const label = client.escapeLiteral(shopLabelText({ version: shopVersion, rows }))
  const steps = [
    // The database itself stays: a slot of an earlier run would keep it from being dropped.
    { what: 'tables', sql: `DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; ${tables}` },
    ...seedSteps(shopSizes(rows)),
    { what: 'keys and indexes', sql: keysAndComments },
    { what: 'statistics', sql: `ANALYZE ${shopTables.join(', ')}` },
    { what: 'label', sql: `COMMENT ON DATABASE ${database} IS ${label}` },
  ]
  // One transaction: whoever looks, and whoever is killed half-way, finds the whole shop or none.
  await client.query('BEGIN')
  try {
    await client.query(`
      SET LOCAL synchronous_commit = off; SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL work_mem = '256MB';
      SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off; SET LOCAL search_path = public, pg_temp;
      SELECT setseed(0.42)`)
    for (const { what, sql } of steps) {
      told(what)
      await client.query(sql)
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

/**
 * Makes the shop in the client's database, unless it is there in this version and, where `rows` is
 * given, in this size. Answers with true where it made one.
 */
export async function ensureShop(
  client: Client,
  options: { rows?: number; told?: (what: string) => void } = {},
): Promise<boolean> {
  const label = await readLabel(client)
  const fits = label?.version === shopVersion && (options.rows === undefined || options.rows === label.rows)
  if (fits) return false
  await makeShop(client, options.rows ?? defaultShopRows, options.told ?? (() => undefined))
  return true
}

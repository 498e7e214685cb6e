import { randomInt } from 'node:crypto'
import pg from 'pg'
import type { SourceAddress } from '../../src/main/contract/source.ts'
import type { TestDatabase } from './postgres.ts'

/** The four tables of pgbench and its transaction, for where pgbench itself is not at hand. */
export const bankTables = ['pgbench_accounts', 'pgbench_branches', 'pgbench_tellers', 'pgbench_history'] as const

const tellers = 10

/** As `pgbench -i` makes them; `pgbench_history` has no key. */
export async function createBank(source: Pick<TestDatabase, 'query'>, accounts: number): Promise<void> {
  await source.query(`
    CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84)) WITH (fillfactor = 100);
    CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88));
    CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int, filler char(84));
    CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
    INSERT INTO pgbench_branches VALUES (1, 0, NULL);
    INSERT INTO pgbench_tellers SELECT n, 1, 0, NULL FROM generate_series(1, ${tellers}) n;
    INSERT INTO pgbench_accounts SELECT n, 1, 0, '' FROM generate_series(1, ${accounts}) n`)
}

export interface BankLoad {
  readonly transactions: number
  /** Ends after the transactions in hand; throws what a client threw. */
  stop(): Promise<void>
}

/** Runs pgbench's "TPC-B (sort of)" on some connections until it is stopped. A lost connection is made again. */
export function startBankLoad(address: SourceAddress, accounts: number, clients = 2): BankLoad {
  let running = true
  let transactions = 0
  const { host, port, user, password, database } = address
  const work = async (): Promise<void> => {
    while (running) {
      const client = new pg.Client({ host, port, user, password, database, ssl: false })
      client.on('error', () => undefined)
      try {
        await client.connect()
        while (running) {
          await client.query(transaction(accounts))
          transactions += 1
        }
      } catch (error) {
        const { code, message } = error as { code?: string; message: string }
        const isGone = /^(57P|08|ECONN|EPIPE)/.test(code ?? '') || /terminat|not queryable/i.test(message)
        if (!isGone) throw error
      } finally {
        await client.end().catch(() => undefined)
      }
    }
  }
  const working = Promise.all(Array.from({ length: clients }, work))
  // A client that fails is told of by `stop`.
  working.catch(() => undefined)
  return {
    get transactions() {
      return transactions
    },
    async stop() {
      running = false
      await working
    },
  }
}

function transaction(accounts: number): string {
  const aid = randomInt(1, accounts + 1)
  const tid = randomInt(1, tellers + 1)
  const delta = randomInt(-5000, 5001)
  return `BEGIN;
    UPDATE pgbench_accounts SET abalance = abalance + ${delta} WHERE aid = ${aid};
    SELECT abalance FROM pgbench_accounts WHERE aid = ${aid};
    UPDATE pgbench_tellers SET tbalance = tbalance + ${delta} WHERE tid = ${tid};
    UPDATE pgbench_branches SET bbalance = bbalance + ${delta} WHERE bid = 1;
    INSERT INTO pgbench_history VALUES (${tid}, 1, ${aid}, ${delta}, CURRENT_TIMESTAMP);
    END`
}

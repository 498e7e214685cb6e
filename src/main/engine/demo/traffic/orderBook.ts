import type { Client } from 'pg'
import type { Random } from './distribution.ts'

/** What the traffic remembers of the shop, so that a transaction need not search for a row to change. */
export interface OrderBook {
  customers: number
  products: number
  /** Orders by the state that they wait in; nobody else works on one that is out of its list. */
  placed: number[]
  packed: number[]
  shipped: number[]
  delivered: number[]
  openTickets: number[]
}

/** A list this long forgets: what is left out stays as it is in the shop. */
const longestList = 2_000

/** Puts an entry back or in; where the list is full, over one that is there. */
export function remember(list: number[], id: number, random: Random): void {
  if (list.length < longestList) list.push(id)
  else list[Math.floor(random() * list.length)] = id
}

/** Takes one out, at random: orders do not move in step. */
export function takeOut(list: number[], random: Random): number | null {
  if (list.length === 0) return null
  const at = Math.floor(random() * list.length)
  const id = list[at] as number
  list[at] = list[list.length - 1] as number
  list.pop()
  return id
}

/** Reads the state of the shop. */
export async function readOrderBook(client: Client): Promise<OrderBook> {
  const idsOf = async (from: string) => {
    const { rows } = await client.query<{ id: string }>(`SELECT id FROM ${from} ORDER BY id DESC LIMIT ${longestList}`)
    return rows.map(({ id }) => Number(id))
  }
  const { rows } = await client.query<{ customers: string; products: string }>(
    'SELECT (SELECT max(id) FROM customers) AS customers, (SELECT max(id) FROM products) AS products',
  )
  return {
    customers: Number(rows[0]?.customers),
    products: Number(rows[0]?.products),
    placed: await idsOf(`orders WHERE status = 'placed'`),
    packed: await idsOf(`orders WHERE status = 'packed'`),
    shipped: await idsOf(`orders WHERE status = 'shipped'`),
    delivered: await idsOf(`orders WHERE status = 'delivered'`),
    openTickets: await idsOf(`support_tickets WHERE status <> 'closed'`),
  }
}

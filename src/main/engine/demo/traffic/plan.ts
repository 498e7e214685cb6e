import { createHash } from 'node:crypto'
import {
  carriers, channels, countries, coupons, firstNames, lastNames, paymentMethods, ticketSubjects, ticketTags, warehouses,
} from '../shop/words.ts'
import { drawByWeight, drawInteger, drawOne, drawSkewedId, type Random } from './distribution.ts'
import { remember, takeOut, type OrderBook } from './orderBook.ts'
import type { TransactionKind } from './statements.ts'

/** One transaction, ready to be sent. */
export interface PlannedTransaction {
  kind: TransactionKind
  values: unknown[]
  /** What it leads to in the book: called with the returned id, or with null where it changed nothing. */
  done(id: number | null): void
}

/**
 * How often each kind comes. An order wants three steps until it is delivered, so the steps together
 * come three times as often as new orders, less those that are cancelled.
 */
const weights: Readonly<Record<TransactionKind, number>> = {
  place: 20,
  pack: 19, ship: 19, deliver: 19,
  cancel: 1, shorten: 2, refund: 2,
  restock: 6, transfer: 3, reprice: 2,
  join: 2, ask: 2.5, settle: 2.5,
}

type Planner = (book: OrderBook, random: Random) => PlannedTransaction | null

/** Moves an order from one list to the next; one that is not in the state that we took it for is forgotten. */
const step = (
  kind: 'pack' | 'ship' | 'deliver' | 'cancel',
  from: (book: OrderBook) => number[],
  to: (book: OrderBook) => number[] | null,
  more: (random: Random) => unknown[] = () => [],
): Planner => (book, random) => {
  const id = takeOut(from(book), random)
  if (id === null) return null
  return {
    kind,
    values: [id, ...more(random)],
    done(changed) {
      const list = to(book)
      if (changed !== null && list) remember(list, changed, random)
    },
  }
}

/** Distinct products in the order of their numbers, so that everybody locks them in that order. */
function drawBasket(products: number, random: Random): { ids: number[]; quantities: number[] } {
  const lines = 1 + Math.floor(random() ** 2 * 5)
  const ids = new Set(Array.from({ length: lines }, () => drawSkewedId(products, 3, random)))
  const sorted = [...ids].sort((first, second) => first - second)
  return { ids: sorted, quantities: sorted.map(() => 1 + Math.floor(random() ** 4 * 4)) }
}

/** Long enough, now and then, to be stored out of line; and of a kind that does not compress. */
function drawBody(subject: string, order: number, random: Random): string {
  const opening = `${subject}\n\nOrder ${order}, please have a look. Thank you!`
  if (random() >= 0.125) return opening
  const lines = Array.from({ length: 150 }, () => createHash('md5').update(String(random())).digest('hex'))
  return `${opening}\n\nAttached log:\n${lines.join('\n')}`
}

const planners: Readonly<Record<TransactionKind, Planner>> = {
  place(book, random) {
    const { ids, quantities } = drawBasket(book.products, random)
    const customer = drawSkewedId(book.customers, 2.2, random)
    const coupon = random() < 0.12 ? drawOne(coupons, random) : null
    const channel = drawByWeight(channels, random)
    const method = drawByWeight(paymentMethods, random)
    return {
      kind: 'place',
      values: [customer, ids, quantities, channel, method, coupon, random() < 0.06],
      done: (id) => (id === null ? undefined : remember(book.placed, id, random)),
    }
  },
  pack: step('pack', (book) => book.placed, (book) => book.packed),
  ship: step('ship', (book) => book.packed, (book) => book.shipped, (random) => [
    drawByWeight(carriers, random),
    createHash('md5').update(String(random())).digest('hex').slice(0, 12).toUpperCase(),
    Math.round((0.2 + 18 * random() ** 2) * 1000) / 1000,
  ]),
  deliver: step('deliver', (book) => book.shipped, (book) => book.delivered),
  cancel: step('cancel', (book) => book.placed, () => null),
  shorten(book, random) {
    const id = takeOut(book.placed, random)
    if (id === null) return null
    return { kind: 'shorten', values: [id], done: () => remember(book.placed, id, random) }
  },
  refund(book, random) {
    const id = takeOut(book.delivered, random)
    if (id === null) return null
    return { kind: 'refund', values: [id, random() < 0.6 ? 1 : 0.25], done: () => undefined }
  },
  restock(book, random) {
    const values = [drawInteger(1, warehouses.length, random), drawSkewedId(book.products, 3, random)]
    return { kind: 'restock', values: [...values, 5 * drawInteger(2, 30, random)], done: () => undefined }
  },
  transfer(book, random) {
    const from = drawInteger(1, warehouses.length, random)
    const to = 1 + ((from - 1 + drawInteger(1, warehouses.length - 1, random)) % warehouses.length)
    const product = drawSkewedId(book.products, 3, random)
    return { kind: 'transfer', values: [from, to, product, drawInteger(1, 12, random)], done: () => undefined }
  },
  reprice(book, random) {
    const factor = (90 + drawInteger(0, 21, random)) / 100
    return { kind: 'reprice', values: [drawInteger(1, book.products, random), factor], done: () => undefined }
  },
  join(_book, random) {
    const country = drawOne(Object.keys(countries) as (keyof typeof countries)[], random)
    const names = [drawOne(firstNames, random), drawOne(lastNames, random)]
    return {
      kind: 'join',
      values: [...names, country, drawOne<string>(countries[country].cities, random)],
      done: () => undefined,
    }
  },
  ask(book, random) {
    const lists = [book.shipped, book.delivered].filter((list) => list.length > 0)
    if (lists.length === 0) return null
    const order = drawOne(drawOne(lists, random), random)
    const subject = drawOne(ticketSubjects, random)
    const tags = random() < 0.8 ? [drawOne(ticketTags, random)] : []
    return {
      kind: 'ask',
      values: [order, subject, drawBody(subject, order, random), drawInteger(1, 4, random), tags],
      done: (id) => (id === null ? undefined : remember(book.openTickets, id, random)),
    }
  },
  settle(book, random) {
    const id = takeOut(book.openTickets, random)
    if (id === null) return null
    return { kind: 'settle', values: [id, random() < 0.5 ? drawInteger(2, 5, random) : null], done: () => undefined }
  },
}

/** Draws the next transaction. Where its kind has nothing to work on, a new order is placed instead. */
export function planTransaction(book: OrderBook, random: Random): PlannedTransaction {
  const kind = drawByWeight(weights, random)
  return planners[kind](book, random) ?? (planners.place(book, random) as PlannedTransaction)
}

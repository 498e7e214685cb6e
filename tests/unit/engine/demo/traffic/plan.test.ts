import { describe, expect, it } from 'vitest'
import { remember, type OrderBook } from '../../../../../src/main/engine/demo/traffic/orderBook.ts'
import { planTransaction } from '../../../../../src/main/engine/demo/traffic/plan.ts'

/** Small, fast, and the same in every run. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const emptyBook = (): OrderBook => ({
  customers: 500, products: 100, placed: [], packed: [], shipped: [], delivered: [], openTickets: [],
})

describe('planned transactions', () => {
  it('never have two of them work on one order at the same time', () => {
    const random = seeded(7)
    const book = emptyBook()
    const kindsOfOneOrder = ['pack', 'ship', 'deliver', 'cancel', 'shorten', 'refund']
    let nextOrder = 1
    const open: { order: number | null; finish: () => void }[] = []
    for (let at = 0; at < 5_000; at += 1) {
      const planned = planTransaction(book, random)
      const order = kindsOfOneOrder.includes(planned.kind) ? (planned.values[0] as number) : null
      if (order !== null) expect(open.map((other) => other.order)).not.toContain(order)
      const id = planned.kind === 'place' ? nextOrder++ : order
      open.push({ order, finish: () => planned.done(id) })
      if (open.length === 8) open.splice(Math.floor(random() * 8), 1)[0]?.finish()
    }
  })

  it('bring orders to their end as fast as new ones come', () => {
    const random = seeded(11)
    const book = emptyBook()
    let placed = 0
    for (let at = 0; at < 40_000; at += 1) {
      const planned = planTransaction(book, random)
      if (planned.kind === 'place') placed += 1
      const id = planned.kind === 'place' ? placed : planned.kind === 'ask' ? at : (planned.values[0] as number)
      planned.done(id)
    }
    expect(placed).toBeGreaterThan(7_000)
    expect(book.placed.length + book.packed.length + book.shipped.length).toBeLessThan(placed * 0.15)
  })

  it('ask for distinct products in the order of their numbers', () => {
    const random = seeded(3)
    for (let at = 0; at < 500; at += 1) {
      const planned = planTransaction(emptyBook(), random)
      if (planned.kind !== 'place') continue
      const products = planned.values[1] as number[]
      expect(products).toEqual([...new Set(products)].sort((first, second) => first - second))
      expect(planned.values[2]).toHaveLength(products.length)
    }
  })

  it('forget an order that was not in the state it was taken for', () => {
    const book = { ...emptyBook(), placed: Array.from({ length: 50 }, (_, at) => at + 1) }
    const random = seeded(5)
    for (let at = 0; at < 400; at += 1) planTransaction(book, random).done(null)
    expect(book.packed).toEqual([])
    expect(book.placed.length).toBeLessThan(50)
  })
})

describe('the lists of the book', () => {
  it('are bounded', () => {
    const list: number[] = []
    for (let id = 0; id < 10_000; id += 1) remember(list, id, seeded(id))
    expect(list).toHaveLength(2_000)
  })
})

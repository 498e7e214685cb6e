import { describe, expect, it } from 'vitest'
import { oneByShare, oneOf } from '../../../../../src/main/engine/demo/shop/draw.ts'
import { parseShopLabel, shopLabelText } from '../../../../../src/main/engine/demo/shop/shop.ts'
import { shopSizes } from '../../../../../src/main/engine/demo/shop/sizes.ts'

describe('the shop', () => {
  it('is known again by its label, and by nothing else', () => {
    const label = { version: 3, rows: 12_345 }
    expect(parseShopLabel(shopLabelText(label))).toEqual(label)
    for (const other of [null, '', 'A database', `${shopLabelText(label)} Mine.`]) expect(parseShopLabel(other)).toBeNull()
  })

  it('grows with the wish, and is a shop however small the wish', () => {
    expect(shopSizes(300_000)).toEqual({ customers: 15_000, products: 1_500, orders: 51_600, tickets: 7_500 })
    expect(Object.values(shopSizes(0)).every((count) => count >= 20)).toBe(true)
    expect(shopSizes(10_000_000).products).toBe(20_000)
  })

  it('draws words that SQL reads back as they are', () => {
    expect(oneOf(['O\'Brien', 'Ito'])).toBe(`(ARRAY['O''Brien', 'Ito'])[1 + floor(random() * 2)::int]`)
    expect(oneByShare({ a: 2, b: 1 })).toBe(oneOf(['a', 'a', 'b']))
  })
})

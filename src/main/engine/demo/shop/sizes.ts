/** Rows of each kind that are asked for by number; the rest follows from the orders. */
export interface ShopSizes {
  customers: number
  products: number
  orders: number
  tickets: number
}

/** Splits a wish for about `rows` rows in all over the shop; never fewer than what makes a shop. */
export function shopSizes(rows: number): ShopSizes {
  const share = (part: number, least: number, most: number) =>
    Math.min(most, Math.max(least, Math.round(rows * part)))
  return {
    customers: share(0.05, 50, 5_000_000),
    products: share(0.005, 40, 20_000),
    orders: share(0.172, 100, 200_000_000),
    tickets: share(0.025, 20, 5_000_000),
  }
}

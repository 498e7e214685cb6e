import { scatterFactor } from '../shop/draw.ts'

/** A number from 0 up to but not 1, like Math.random. */
export type Random = () => number

/** One of the names by its weight. Weights need not sum up to anything. */
export function drawByWeight<Name extends string>(weights: Readonly<Record<Name, number>>, random: Random): Name {
  const entries = Object.entries(weights) as [Name, number][]
  const sum = entries.reduce((total, [, weight]) => total + weight, 0)
  let left = random() * sum
  for (const [name, weight] of entries) {
    left -= weight
    if (left < 0) return name
  }
  return (entries.at(-1) as [Name, number])[0]
}

export function drawOne<Item>(items: readonly Item[], random: Random): Item {
  return items[Math.floor(random() * items.length)] as Item
}

export function drawInteger(from: number, to: number, random: Random): number {
  return from + Math.floor(random() * (to - from + 1))
}

/** The same skew as the seed's: who bought much goes on buying much. */
export function drawSkewedId(count: number, exponent: number, random: Random): number {
  return 1 + ((Math.floor(count * random() ** exponent) * scatterFactor(count)) % count)
}

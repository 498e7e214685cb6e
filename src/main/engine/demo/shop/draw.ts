/** SQL expressions that draw at random, each row anew. Two draws in one row are independent. */

export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** One of the words, each as likely as the other. */
export function oneOf(words: readonly string[]): string {
  return `(ARRAY[${words.map(sqlText).join(', ')}])[1 + floor(random() * ${words.length})::int]`
}

/** One of the words by its share; shares are whole numbers. */
export function oneByShare(shares: Readonly<Record<string, number>>): string {
  return oneOf(Object.entries(shares).flatMap(([word, share]) => Array.from({ length: share }, () => word)))
}

/**
 * Scatters ranks over 1 to `count`, one to one, so that what is popular is not simply what came first.
 * The factor is a prime; where it divides `count`, the next one is taken.
 */
export function scatterFactor(count: number): number {
  return [7919, 7907, 7901].find((prime) => count % prime !== 0) ?? 1
}

/**
 * A number from 1 to `count`, with few that come often and many that come seldom: rank
 * `count * u ^ exponent` of a uniform u, scattered. With exponent 3, a tenth of the numbers gets 46 % of
 * the draws.
 */
export function skewedId(count: number, exponent: number): string {
  return `(1 + (floor(${count} * power(random(), ${exponent}))::bigint * ${scatterFactor(count)}) % ${count})`
}

/** About normal with mean 0 and deviation 1: the sum of four uniforms is near enough. */
export const bell = '((random() + random() + random() + random() - 2) * 1.7321)'

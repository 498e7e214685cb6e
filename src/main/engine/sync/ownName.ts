import { randomBytes } from 'node:crypto'

/** A name for what Millrace makes on a source: `millrace_<base>_<random>`. */
export function ownName(base: string): string {
  const word = base.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_').slice(0, 30)
  return `millrace_${word}_${randomBytes(4).toString('hex')}`
}

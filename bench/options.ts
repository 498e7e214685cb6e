import { parseArgs } from 'node:util'

export interface BenchOptions {
  only: string[]
  /** Of all sizes; 1 is what the goals speak of. */
  scale: number
  /** Counted runs a side; one more warms up. */
  runs: number
  /** The built command line that is measured. */
  program: string
  list: boolean
}

export const usage = `npm run bench -- [--only NAME]… [--scale 0.1] [--runs N] [--program FILE] [--list]
  --only NAME     these benchmarks only (repeat it, or separate by commas)
  --scale FACTOR  of all row and change counts; 1 by default
  --runs N        counted runs a side, 3 by default; one more warms up
  --program FILE  the built command line to measure, out/main/headless.js by default
  --list          print the names`

/** Throws with one sentence on wrong usage. */
export function readOptions(args: string[], defaultProgram: string): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      scale: { type: 'string', default: '1' },
      runs: { type: 'string', default: '3' },
      program: { type: 'string', default: defaultProgram },
      list: { type: 'boolean', default: false },
    },
  })
  const scale = Number(values.scale)
  const runs = Number(values.runs)
  if (!(scale > 0 && scale <= 100)) throw new Error('--scale takes a number above 0.')
  if (!(Number.isInteger(runs) && runs > 0)) throw new Error('--runs takes a whole number above 0.')
  const only = values.only.flatMap((names) => names.split(',')).filter((name) => name !== '')
  return { only, scale, runs, program: values.program, list: values.list }
}

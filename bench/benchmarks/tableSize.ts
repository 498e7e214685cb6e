import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Benchmark, Figure } from '../benchmark.ts'
import { track } from '../processes.ts'

export const tableSize: Benchmark = {
  name: 'table-size',
  title: 'A batch of 5,000 updates on a table of 20 million rows, against the same on 2 million',
  async run({ benchFolder, folder, options }) {
    const program = join(benchFolder, 'tableSizeProgram.js')
    const child = track(spawn(process.execPath, [program, folder, String(options.scale)], { stdio: ['ignore', 'pipe', 'inherit'] }))
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const code = await new Promise((resolve) => child.once('close', resolve))
    if (code !== 0) throw new Error(`the program ended with ${code}`)
    return JSON.parse(output) as { figures: Figure[]; comparedRows: number }
  },
}

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Benchmark, Figure } from '../benchmark.ts'
import { track } from '../processes.ts'

export const hotPaths: Benchmark = {
  name: 'hot-paths',
  title: 'From socket bytes to staged CSV, in one thread, beside a plain copy of the same bytes',
  async run({ benchFolder, folder }) {
    const child = track(
      spawn(process.execPath, [join(benchFolder, 'hotPathsProgram.js'), folder], { stdio: ['ignore', 'pipe', 'inherit'] }),
    )
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const code = await new Promise((resolve) => child.once('close', resolve))
    if (code !== 0) throw new Error(`the hot paths' program ended with ${code}`)
    return { figures: JSON.parse(output) as Figure[] }
  },
}

// Loaded with `node --import` into a measured process: leaves its peak memory and processor time in a file.
import { writeFileSync } from 'node:fs'
import { peakMemoryBytes } from './peakMemory.mjs'

const path = process.env.MILLRACE_BENCH_PEAK_FILE
if (path) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage()
    writeFileSync(path, JSON.stringify({ peakBytes: peakMemoryBytes(), cpuMs: (userCPUTime + systemCPUTime) / 1000 }))
  })
}

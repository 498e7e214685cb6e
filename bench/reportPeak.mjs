// Loaded with `node --import` into a measured process: leaves its peak memory and processor time in a file.
import { writeFileSync } from 'node:fs'

const path = process.env.MILLRACE_BENCH_PEAK_FILE
if (path) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
    writeFileSync(path, JSON.stringify({ peakBytes: maxRSS * 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 }))
  })
}

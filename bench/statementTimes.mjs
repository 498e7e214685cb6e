// Loaded with `node --import ./bench/statementTimes.mjs out/main/headless.js sync …`: prints at the end where
// DuckDB's time went, a line a kind of statement. Statements of several connections overlap.
import { readFileSync, readdirSync } from 'node:fs'
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { peakMemoryBytes } from './peakMemory.mjs'

const times = new Map()

function note(name, ms) {
  const entry = times.get(name) ?? { count: 0, ms: 0, longestMs: 0 }
  entry.count += 1
  entry.ms += ms
  entry.longestMs = Math.max(entry.longestMs, ms)
  times.set(name, entry)
}

const kindOf = (sql) => sql.replaceAll(/\s+/g, ' ').replaceAll(/\d+/g, '#').slice(0, 60)

const { run } = DuckDBConnection.prototype
DuckDBConnection.prototype.run = async function (sql, ...rest) {
  const startMs = performance.now()
  try {
    return await run.call(this, sql, ...rest)
  } finally {
    note(kindOf(sql), performance.now() - startMs)
  }
}

/** Processor time a thread, Linux only: the first is JavaScript's, the others' names are Node's and DuckDB's. */
function threadTimes() {
  try {
    return readdirSync('/proc/self/task').map((task) => {
      const text = readFileSync(`/proc/self/task/${task}/stat`, 'utf8')
      const [user, system] = text.slice(text.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number)
      return `${text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))} ${user * 10}+${system * 10} ms`
    })
  } catch {
    return []
  }
}
let threads = []

const { closeSync } = DuckDBInstance.prototype
DuckDBInstance.prototype.closeSync = function () {
  threads = threadTimes()
  const startMs = performance.now()
  closeSync.call(this)
  note('(close)', performance.now() - startMs)
}

process.on('exit', () => {
  const width = (value, places) => value.toFixed(1).padStart(places)
  process.stderr.write(`${'count'.padStart(6)} ${'total ms'.padStart(9)} ${'longest'.padStart(8)}  statement\n`)
  for (const [name, { count, ms, longestMs }] of [...times].sort((first, second) => second[1].ms - first[1].ms)) {
    process.stderr.write(`${String(count).padStart(6)} ${width(ms, 9)} ${width(longestMs, 8)}  ${name}\n`)
  }
  process.stderr.write(`threads, user + system: ${threads.join(', ')}\n`)
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  process.stderr.write(
    `whole process ${performance.now().toFixed(0)} ms, user ${(userCPUTime / 1000).toFixed(0)} ms, ` +
      `system ${(systemCPUTime / 1000).toFixed(0)} ms, peak ${(peakMemoryBytes() / 2 ** 20).toFixed(0)} MB\n`,
  )
})

// `npm run bench`: measures every figure beside its reference, compares all rows, prints a table and JSON.
import { mkdirSync, mkdtempSync, chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Benchmark, BenchContext } from './benchmark.ts'
import { leave, startBenchServer, type BenchServer } from './benchServer.ts'
import { besideQueries } from './benchmarks/besideQueries.ts'
import { catchUp, everyRowUpdated, giantTransaction, smallTransactions } from './benchmarks/catchUp.ts'
import { commitToVisible } from './benchmarks/commitToVisible.ts'
import { firstCopy } from './benchmarks/firstCopy.ts'
import { firstCopyOfEight } from './benchmarks/firstCopyOfEight.ts'
import { dayBehind, growthByColumns, growthByTables, hotRow, wideValues } from './benchmarks/growth.ts'
import { hotPaths } from './benchmarks/hotPaths.ts'
import { longFollowing } from './benchmarks/longFollowing.ts'
import { opening } from './benchmarks/opening.ts'
import { sourceThroughput } from './benchmarks/sourceThroughput.ts'
import { tableSize } from './benchmarks/tableSize.ts'
import { readMachine } from './machine.ts'
import { millraceAt } from './millrace.ts'
import { readOptions, usage, type BenchOptions } from './options.ts'
import { fillStatements } from './ordersTable.ts'
import { killChildren } from './processes.ts'
import { chooseReference } from './reference.ts'
import { formatReport, type MeasuredBenchmark, type Report } from './report.ts'
import { keepResult } from './results.ts'

const benchmarks: readonly Benchmark[] = [
  ...[hotPaths, firstCopy, firstCopyOfEight, catchUp, smallTransactions, giantTransaction, everyRowUpdated],
  ...[commitToVisible, besideQueries, sourceThroughput, opening, tableSize],
  ...[growthByTables, growthByColumns, wideValues, hotRow, dayBehind, longFollowing],
]

const ORDER_ROWS = 2_000_000
/** The built programs lie in out/bench, beside reportPeak.mjs. */
const benchFolder = import.meta.dirname
const root = resolve(benchFolder, '../..')
const defaultProgram = join(root, 'out/main/headless.js')
const say = (text: string): void => void process.stderr.write(`${text}\n`)

function optionsOrUsage(): BenchOptions {
  try {
    const options = readOptions(process.argv.slice(2), defaultProgram)
    const unknown = options.only.find((name) => !benchmarks.some((benchmark) => benchmark.name === name))
    if (unknown !== undefined) throw new Error(`There is no benchmark '${unknown}'.`)
    if (!existsSync(options.program)) throw new Error(`There is no program at ${options.program}.`)
    return options
  } catch (error) {
    say(`${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}

/** Everything that was opened, closed in reverse: at the end, after a failure, and on Ctrl-C. */
const closers: (() => Promise<void> | void)[] = []
let closing: Promise<void> | null = null

function closeAll(): Promise<void> {
  closing ??= (async () => {
    killChildren()
    for (let close = closers.pop(); close; close = closers.pop()) {
      await Promise.resolve(close()).catch((error: unknown) => say(String(error)))
    }
  })()
  return closing
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void closeAll().then(() => process.exit(130)))
}

function openContext(options: BenchOptions): BenchContext & { postgresVersion(): string } {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  closers.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  // The server may run under another account, which must get to its folder in this one.
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'home'))
  const orderRows = Math.round(ORDER_ROWS * options.scale)
  let starting: Promise<BenchServer> | null = null
  let filling: Promise<string> | null = null
  let version = ''
  const server = (): Promise<BenchServer> =>
    (starting ??= startBenchServer(folder).then((started) => {
      version = started.version
      closers.push(() => started.stop())
      return started
    }))
  const fill = async (): Promise<string> => {
    say(`filling ${orderRows.toLocaleString('en')} rows`)
    const database = await (await server()).createDatabase('orders_template')
    for (const statement of fillStatements(orderRows)) await database.client.query(statement)
    await leave(database)
    return 'orders_template'
  }
  return {
    options,
    folder,
    benchFolder,
    server,
    ordersTemplate: () => (filling ??= fill()),
    orderRows,
    millrace: millraceAt(resolve(options.program), { folder, benchFolder }),
    reference: chooseReference({ folder, benchFolder }),
    say: (text) => say(`  ${text}`),
    postgresVersion: () => version,
  }
}

const options = optionsOrUsage()
if (options.list) {
  for (const { name, title } of benchmarks) process.stdout.write(`${name.padEnd(20)}${title}\n`)
  process.exit(0)
}
const machine = readMachine(join(root, 'package.json'))
const context = openContext(options)
const report: Report = {
  scale: options.scale,
  countedRuns: options.runs,
  orderRows: context.orderRows,
  machine: { ...machine, postgres: '' },
  benchmarks: [],
}
// A trial does not take the place of a measurement.
const isTrial = options.scale !== 1 || options.runs < 3 || options.program !== defaultProgram
const resultsFile = join(root, 'bench', isTrial ? '.data/trial.json' : 'results.json')
let failed = false
for (const { name, title, run } of benchmarks) {
  if (closing || (options.only.length > 0 && !options.only.includes(name))) continue
  say(name)
  const begun = { name, title, at: new Date().toISOString(), loadAverage: loadavg()[0]! }
  try {
    const measured: MeasuredBenchmark = { ...begun, ...(await run(context)) }
    report.benchmarks.push(measured)
    report.machine.postgres = context.postgresVersion()
    const { loadAverage: _, noisy: __, ...facts } = report.machine
    if (!isTrial) keepResult(resultsFile, facts, measured, benchmarks.map((benchmark) => benchmark.name))
  } catch (error) {
    if (closing) break
    failed = true
    report.benchmarks.push({ ...begun, failure: (error as Error).message })
  }
}
const interrupted = closing !== null
await closeAll()
if (interrupted) process.exit(130)

const json = `${JSON.stringify(report, null, 2)}\n`
if (isTrial) {
  mkdirSync(join(root, 'bench/.data'), { recursive: true })
  writeFileSync(resultsFile, json)
}
process.stdout.write(`${json}\n${formatReport(report)}\n\nwritten to ${resultsFile}\n`)
process.exit(failed ? 1 : 0)

// `npm test`: installs what is missing, runs everything, and closes with the counts of the whole.
//   npm test
//   npm test -- --only unit,lint        some stages; for a developer
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { installIfMissing, requireNode } from './checkout.mjs'
import { root, run } from './launch.mjs'
import { addCounts, countsOfCheck, countsOfPlaywright, countsOfVitest, noCounts } from './testCounts.mjs'

const STAGE_AT_MOST_MS = 1_500_000
const resultsFolder = join(root, 'test-results')
const require = createRequire(join(root, 'package.json'))
const resultOf = (stage) => join(resultsFolder, `${stage}.json`)

const binOf = (name, bin) => join(dirname(require.resolve(`${name}/package.json`)), bin)

function vitest(stage) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultOf(stage)}`]
  return [binOf('vitest', 'vitest.mjs'), 'run', '--project', stage, ...reporters]
}

/** In this order; the build stands before what runs the built program. */
const stages = {
  typecheck: { args: () => [join(root, 'scripts/typecheck.mjs')], counts: countsOfCheck },
  lint: { args: () => [binOf('eslint', 'bin/eslint.js'), '.'], counts: countsOfCheck },
  unit: { args: () => vitest('unit'), counts: countsOfVitest },
  build: { args: () => [binOf('electron-vite', 'bin/electron-vite.js'), 'build'], counts: countsOfCheck },
  integration: { args: () => vitest('integration'), counts: countsOfVitest },
  e2e: { args: () => [binOf('@playwright/test', 'cli.js'), 'test'], counts: countsOfPlaywright },
}

function wantedStages(args) {
  if (args.length === 0) return Object.keys(stages)
  const names = (args[0] === '--only' ? (args[1] ?? '') : '').split(',')
  if (args.length === 2 && names.every((name) => name in stages)) return Object.keys(stages).filter((name) => names.includes(name))
  process.stderr.write(`millrace: usage: npm test [-- --only ${Object.keys(stages).join(',')}]\n`)
  process.exit(2)
}

function readResult(stage) {
  try {
    return JSON.parse(readFileSync(resultOf(stage), 'utf8'))
  } catch {
    return null
  }
}

const wanted = wantedStages(process.argv.slice(2))
requireNode()
await installIfMissing()

const env = { ...process.env }
if (wanted.includes('e2e')) {
  const chromium = await findChromium()
  if (!chromium) {
    process.stderr.write(
      'millrace: no Chromium starts here and none could be fetched; install one, or name it in MILLRACE_CHROMIUM.\n',
    )
    process.exit(1)
  }
  env.MILLRACE_CHROMIUM = chromium
}

mkdirSync(resultsFolder, { recursive: true })
let total = noCounts
const failures = []
for (const stage of wanted) {
  process.stdout.write(`\n# ${stage}\n`)
  rmSync(resultOf(stage), { force: true })
  const { args, counts } = stages[stage]
  const exitCode = await run(process.execPath, args(), { cwd: root, env, timeoutMs: STAGE_AT_MOST_MS })
  if (exitCode === 130 || exitCode === 143) process.exit(exitCode)
  const counted = counts({ exitCode, result: readResult(stage) })
  if (counted.failed > 0) failures.push(stage)
  total = addCounts(total, counted)
}

if (failures.length > 0) process.stdout.write(`\nFailed: ${failures.join(', ')}\n`)
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

// Typechecks every zone by its own tsconfig, so that a wrong library (DOM in the engine, Node in the
// window) fails. One process a zone, two at a time.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const zones = ['src/main/contract', 'src/main/engine', 'src/main', 'src/preload', 'src/renderer', 'tests']
let failed = false

async function check(zone) {
  // What has not changed since the last time is not looked at again.
  const memory = `node_modules/.cache/typecheck/${zone.replaceAll('/', '-')}.json`
  const args = [tsc, '--project', zone, '--pretty', 'false', '--incremental', '--tsBuildInfoFile', memory]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) {
    failed = true
    process.stdout.write(`${zone}\n${output}`)
  }
}

const queue = [...zones]
await Promise.all([1, 2].map(async () => { while (queue.length > 0) await check(queue.shift()) }))
process.exitCode = failed ? 1 : 0

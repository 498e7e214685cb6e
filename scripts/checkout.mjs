// What a checkout still needs before it can run: packages, a build. Plain Node, no dependency.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './launch.mjs'

const LEAST_NODE = [20, 19]

/** Ends with one line where this Node is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return
  process.stderr.write(`millrace: Node ${LEAST_NODE.join('.')} or later is needed; this is ${process.versions.node}.\n`)
  process.exit(1)
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages
  } catch {
    return null
  }
}

/** True where what npm noted at its last install is not what the lock file asks for. */
export function installIsMissing() {
  const wanted = readPackages('package-lock.json')
  const installed = readPackages('node_modules/.package-lock.json')
  if (!installed) return true
  // Optional packages are those of other platforms.
  return Object.entries(wanted ?? {}).some(
    ([path, entry]) => path !== '' && !entry.optional && installed[path]?.version !== entry.version,
  )
}

function newestMs(folder) {
  let newest = 0
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) newest = Math.max(newest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs)
  }
  return newest
}

/** True where a result is missing, or older than a source. */
export function buildIsStale() {
  const results = ['out/main/headless.js', 'out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html']
  if (!results.every((path) => existsSync(join(root, path)))) return true
  const changedAtMs = (path) => statSync(join(root, path)).mtimeMs
  const built = Math.min(...results.map(changedAtMs))
  return Math.max(newestMs('src'), ...['electron.vite.config.ts', 'package.json'].map(changedAtMs)) > built
}

async function step(what, program, args) {
  process.stderr.write(`${what}\n`)
  const code = await run(program, args, { cwd: root })
  if (code === 0) return
  process.stderr.write(`millrace: \`${[program, ...args].join(' ')}\` failed with exit code ${code}.\n`)
  process.exit(code)
}

/** Installs what the lock file asks for, if it is not there; ends where that fails. */
export async function installIfMissing() {
  if (installIsMissing()) await step('Installing packages (npm ci)…', 'npm', ['ci', '--no-audit', '--no-fund'])
}

/** Builds where there is no build or a source is newer; ends where that fails. */
export async function buildIfStale() {
  if (buildIsStale()) await step('Building (npm run build)…', 'npm', ['run', '--silent', 'build'])
}

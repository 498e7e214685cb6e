// Starts the built app: Electron where it can run, else the browser host, with one line that says why.
// Plain Node without a dependency, so that it works before anything is installed.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

// A first start fetches about 120 MB; where nothing answers, it fails within a second.
const FETCH_AT_MOST_MS = 180_000

/**
 * Runs a program in the foreground: our streams, our signals passed on, its exit code ours.
 * A program that a signal ended has the code that a shell would give it.
 */
export function run(program, args, { env = process.env, cwd = process.cwd(), timeoutMs, quiet = false } = {}) {
  return new Promise((resolve) => {
    // Windows finds npm.cmd and the like by the shell only.
    const shell = process.platform === 'win32' && program === 'npm'
    const output = quiet ? 'ignore' : 'inherit'
    const child = spawn(program, args, { cwd, env, shell, stdio: ['ignore', output, output] })
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    // A terminal's Ctrl-C reaches the whole group, so a child may get it twice; ours takes two at once for one.
    const pass = (signal) => child.kill(signal)
    for (const signal of signals) process.on(signal, pass)
    const unwatch = onOrphaned(() => pass('SIGTERM'))
    const end = (code) => {
      clearTimeout(timer)
      unwatch()
      for (const signal of signals) process.off(signal, pass)
      resolve(code)
    }
    child.on('error', () => end(127))
    child.on('exit', (code, signal) => end(code ?? 128 + (signalNumbers[signal] ?? 1)))
  })
}

/**
 * Calls back when the shell that npm has put above us is gone: npm passes a signal to that shell, and
 * the shell dies of it without telling us.
 */
function onOrphaned(callback) {
  if (!process.env.npm_lifecycle_event) return () => {}
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    callback()
  }, 200)
  return () => clearInterval(timer)
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/** Where Electron's binary lies, or null; looks the same way as the electron package, but fetches nothing. */
export function electronBinary() {
  try {
    const folder = dirname(createRequire(join(root, 'package.json')).resolve('electron/package.json'))
    const name = readFileSync(join(folder, 'path.txt'), 'utf8').trim()
    const file = process.env.ELECTRON_OVERRIDE_DIST_PATH
      ? join(process.env.ELECTRON_OVERRIDE_DIST_PATH, name)
      : join(folder, 'dist', name)
    return existsSync(file) ? file : null
  } catch {
    return null
  }
}

async function fetchElectron() {
  let install
  try {
    install = createRequire(join(root, 'package.json')).resolve('electron/install.js')
  } catch {
    return null
  }
  process.stderr.write('Fetching Electron, once…\n')
  await run(process.execPath, [install], { timeoutMs: FETCH_AT_MOST_MS, quiet: true })
  return electronBinary()
}

/** Why Electron cannot run here whatever its binary, or null. */
export function electronObstacle({ env, platform, uid }) {
  if (env.MILLRACE_HOST === 'browser') return 'MILLRACE_HOST=browser is set'
  if (uid === 0) return 'Electron keeps its sandbox and so does not run as root'
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no display'
  return null
}

/** Each DuckDB call under way holds a thread of Node's pool, and the pool's size is read before any code of ours. */
const withThreads = (env) => ({ UV_THREADPOOL_SIZE: '16', ...env })

/** Starts the app and answers with its exit code. */
export async function launch() {
  let obstacle = electronObstacle({ env: process.env, platform: process.platform, uid: process.getuid?.() })
  if (obstacle === null) {
    const binary = electronBinary() ?? (await fetchElectron())
    if (binary) {
      const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
      return await run(binary, [root], { env: withThreads(env) })
    }
    obstacle = "Electron's binary could not be fetched"
  }
  process.stderr.write(`Starting in the browser, because ${obstacle}.\n`)
  return await run(process.execPath, [join(root, 'out/main/headless.js'), 'serve'], { env: withThreads(process.env) })
}

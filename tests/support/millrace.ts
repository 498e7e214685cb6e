import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const program = join(root, 'out/main/headless.js')

export interface Ended {
  /** Null where a signal ended it. */
  exitCode: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface RunningMillrace {
  readonly process: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** The first match in stdout, once it is there; fails when the program ends before, or after 90 s. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends a signal and waits for the end; after 30 s in vain it is killed. */
  stop(signal?: NodeJS.Signals): Promise<Ended & { tookMs: number }>
  readonly ended: Promise<Ended>
}

export interface MillraceOptions {
  /** The data folder, `MILLRACE_HOME`. */
  home: string
  env?: Record<string, string>
  cwd?: string
  /** Default 120,000; then it is killed. */
  timeoutMs?: number
}

/** None of the caller's own libpq settings may reach a test. */
function environment({ home, env = {} }: MillraceOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG[A-Z]+|MILLRACE_.*|VITEST.*|NODE_OPTIONS)$/.test(name))
  return { ...Object.fromEntries(inherited), MILLRACE_HOME: home, ...env }
}

/** Starts the built `millrace` in a process of its own. Needs `npm run build` before. */
export function startMillrace(args: readonly string[], options: MillraceOptions): RunningMillrace {
  if (!existsSync(program)) throw new Error('Millrace is not built: run `npm run build` before this test')
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd ?? options.home,
    env: environment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  let onOutput = (): void => {}
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
    onOutput()
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  const limit = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 120_000)
  const ended = new Promise<Ended>((settle, fail) => {
    child.on('error', fail)
    child.on('close', (exitCode, signal) => {
      clearTimeout(limit)
      settle({ exitCode, signal, stdout, stderr })
    })
  })
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    waitFor(pattern) {
      return new Promise((settle, fail) => {
        const timer = setTimeout(() => fail(new Error(`no ${String(pattern)} within 90 s; stderr: ${stderr}`)), 90_000)
        onOutput = () => {
          const match = pattern.exec(stdout)
          if (!match) return
          clearTimeout(timer)
          settle(match)
        }
        void ended.then((end) => fail(new Error(`ended with ${end.exitCode ?? end.signal} before ${String(pattern)}: ${stderr}`)))
        onOutput()
      })
    },
    async stop(signal = 'SIGTERM') {
      const startMs = performance.now()
      child.kill(signal)
      const patience = setTimeout(() => child.kill('SIGKILL'), 30_000)
      const end = await ended.finally(() => clearTimeout(patience))
      return { ...end, tookMs: performance.now() - startMs }
    },
  }
}

/** Runs the built `millrace` to its end. */
export function runMillrace(args: readonly string[], options: MillraceOptions): Promise<Ended> {
  return startMillrace(args, options).ended
}

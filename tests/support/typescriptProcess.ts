import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface TypescriptProcess {
  readonly child: ChildProcess
  /** What it has printed on stdout and stderr so far. */
  readonly lines: readonly string[]
  /** The first line, printed already or still to come, that this answers for with something. Bounded. */
  waitForLine<T>(what: string, pick: (line: string) => T | null | undefined, timeoutMs?: number): Promise<T>
  /** SIGKILL, and gone. */
  kill(): Promise<void>
}

const runner = join(import.meta.dirname, 'runTypescript.mjs')

/**
 * Starts a TypeScript file in a Node of its own, for what a test wants to kill.
 * @param parameters uid and gid only where the test runs as root
 */
export function startTypescript(
  file: string,
  parameters: { arguments?: string[]; environment?: NodeJS.ProcessEnv; uid?: number; gid?: number } = {},
): TypescriptProcess {
  const child = spawn(process.execPath, [runner, file, ...(parameters.arguments ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...parameters.environment },
    uid: parameters.uid,
    gid: parameters.gid,
  })
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      for (const listener of listeners) listener(line)
    })
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    child,
    lines,
    waitForLine(what, pick, timeoutMs = 60_000) {
      return new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          clearTimeout(timer)
          listeners.delete(look)
          act()
        }
        const fail = (why: string) =>
          settle(() => reject(new Error(`${why} before it printed ${what}:\n${lines.slice(-20).join('\n')}`)))
        const look = (line: string) => {
          const picked = pick(line)
          if (picked !== null && picked !== undefined) settle(() => resolve(picked))
        }
        const timer = setTimeout(() => fail(`${timeoutMs} ms went by`), timeoutMs)
        listeners.add(look)
        for (const line of [...lines]) look(line)
        void ended.then(() => fail('the process ended'))
      })
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

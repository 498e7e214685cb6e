import { writeSync } from 'node:fs'
import { runCommandLine } from './commandLine.ts'
import type { Terminal } from './invocation.ts'

/** How long a command may take to stop once it was told to; then the process ends as it is. */
const STOP_WITHIN_MS = 4_000
const SAME_SIGNAL_MS = 500

function writeTo(stream: NodeJS.WriteStream): Terminal['write'] {
  return (text) =>
    new Promise((resolve, reject) => stream.write(text, (error) => (error ? reject(error) : resolve())))
}

/** npm passes a signal to the shell that it has put above us, and that dies of it without telling us. */
function stopWhenOrphaned(stop: () => void): void {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop()
  }, 200)
  timer.unref()
}

/** Runs the command line in this process: its streams, its signals, its exit code. */
export async function runInTerminal(args: readonly string[]): Promise<never> {
  // `ps` shows what the process was called with, and a URL may hold a password. (What a shell or npx
  // that stands above it was called with is beyond our reach.)
  if (args.some((arg) => /:\/\/|password/i.test(arg))) process.title = 'millrace'

  const stop = new AbortController()
  let stoppedAtMs = 0
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      // A later one means: at once. Ctrl-C comes twice where a program above passes it on.
      if (performance.now() - stoppedAtMs > SAME_SIGNAL_MS) process.exit(130)
      return
    }
    stoppedAtMs = performance.now()
    stop.abort()
    setTimeout(() => {
      writeSync(2, 'millrace: STOPPED: Stopping took too long and was cut short.\n')
      process.exit(1)
    }, STOP_WITHIN_MS).unref()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  process.on('SIGHUP', onSignal)
  stopWhenOrphaned(onSignal)
  // The reader of a pipe may leave early (`millrace query … | head`): that is an end, not a failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
  })

  const code = await runCommandLine(args, {
    env: process.env,
    write: writeTo(process.stdout),
    writeError: (text) => void process.stderr.write(text),
    isInteractive: process.stderr.isTTY === true,
    signal: stop.signal,
  })
  // Both streams are flushed before the end, which does not wait for idle handles of native modules.
  await writeTo(process.stderr)('').catch(() => {})
  process.exit(code)
}

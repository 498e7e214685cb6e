import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { openDemo } from '../../../engine/demo/demo.ts'
import type { Declare, Invocation, Outcome } from '../invocation.ts'
import { wholeNumber } from '../options.ts'
import { untilAborted } from '../untilAborted.ts'

interface DemoOptions {
  rows?: number
  rate?: number
}

export function declareDemo(program: Command, declare: Declare): void {
  declare<DemoOptions, []>(
    program
      .command('demo')
      .description('an embedded Postgres with a shop and live traffic; Ctrl-C stops it and cleans up')
      .option('--rows <number>', 'rows of the shop in all, about', wholeNumber(1_000, 50_000_000))
      .option('--rate <number>', 'source transactions a second; 0 is silence', wholeNumber(0, 2_000)),
    demo,
  )
}

async function demo(invocation: Invocation, options: DemoOptions): Promise<Outcome> {
  const { signal } = invocation.terminal
  const host = await invocation.openHost()
  invocation.say('starting the embedded Postgres…')
  const running = await openDemo(host, {
    ...(options.rows === undefined ? {} : { rows: options.rows }),
    ...(options.rate === undefined ? {} : { transactionsPerSecond: options.rate }),
    // A folder of its own, so that the app's demo is left alone; always the same one, so that what a killed
    // run left is found.
    dataFolder: join(host.paths.dataFolder, 'demo-command'),
  })
  try {
    if (!signal.aborted) {
      // Said while it runs: `--json` prints its one object as soon as there is something to connect to.
      const json = { url: running.url, transactionsPerSecond: running.rate() }
      await invocation.terminal.write(`${invocation.json ? JSON.stringify(json) : running.url}\n`)
      invocation.say(`the shop is open, ${running.rate()} transactions a second; Ctrl-C stops it`)
    }
    await untilAborted(signal)
    invocation.say('stopping…')
  } finally {
    await running.close()
    await rm(running.folder, { recursive: true, force: true, maxRetries: 3 })
  }
  return {}
}

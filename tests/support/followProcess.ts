// A process that follows a source into a file until it is told to stop, for tests that kill it:
// `followProcess.ts '{"filePath":…,"address":…}' folder [checkpointing]`. Prints a line at each change of its state.
// `checkpointing`: has DuckDB write what its log holds into the file again and again, and says when.
import { setTimeout as delay } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { openSession, type SessionOptions } from '../../src/main/engine/session.ts'
import { preparePaths } from '../../src/main/hosts/paths.ts'
import { testHost } from './replica.ts'

const [, , optionsText, folder, mode] = process.argv
const options = JSON.parse(optionsText!) as SessionOptions
const { remove, ...paths } = await preparePaths(folder!)
const session = await openSession({ ...testHost(folder!), paths }, options)
const print = (line: string): void => void process.stdout.write(`${line}\n`)
print('open')

let isStopping = false
process.once('SIGTERM', () => {
  isStopping = true
})
let last = ''
let ended: unknown
void session.ended.then((fault) => {
  ended = fault
})
if (mode === 'checkpointing') void checkpointAgainAndAgain(await session.connectReplica())
while (!isStopping && ended === undefined) {
  const live = session.live()
  const copied = live.tables.reduce((rows, table) => rows + (table.copy?.rows ?? 0), 0)
  const now = `state ${live.state} checkpoint ${live.lag.checkpointLsn ?? '-'} copied ${copied} received ${live.lag.receivedLsn ?? '-'}`
  if (now !== last) print(now)
  last = now
  await delay(2)
}
const startMs = performance.now()
await session.close()
await remove()
print(`closed in ${Math.round(performance.now() - startMs)} ms, ended by ${JSON.stringify(ended ?? null)}`)

async function checkpointAgainAndAgain(connection: DuckDBConnection): Promise<void> {
  while (!isStopping && ended === undefined) {
    print('checkpoint begins')
    // Refused while a batch is written.
    await connection.run('CHECKPOINT millrace_replica').then(() => print('checkpoint ends'), () => print('checkpoint refused'))
    await delay(1)
  }
  connection.closeSync()
}

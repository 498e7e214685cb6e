import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { SourceAddress } from '../src/main/contract/source.ts'
import type { OpeningMeasured, OpeningOrder } from './openingMessages.ts'
import { postgresEnvironment, track } from './processes.ts'

export interface Opening {
  child: ChildProcess
  /** Rejects where the program ends otherwise than by itself. */
  measured: Promise<OpeningMeasured>
}

/** Starts the engine on the file, in a process of its own. */
export function startOpening(
  options: { benchFolder: string; folder: string; address: SourceAddress; file: string } & Partial<OpeningOrder>,
): Opening {
  const { host, port, user, database } = options.address
  const order: OpeningOrder = {
    address: { host, port, user, database },
    file: options.file,
    folder: options.folder,
    tables: options.tables ?? ['public.orders'],
    readers: options.readers ?? 0,
    lingerMs: options.lingerMs ?? 0,
  }
  const child = track(
    spawn(process.execPath, [join(options.benchFolder, 'opening.js'), JSON.stringify(order)], {
      env: { ...postgresEnvironment(options.address), MILLRACE_HOME: options.folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  let output = ''
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const measured = new Promise<OpeningMeasured>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(output) as OpeningMeasured)
      else reject(new Error(`the engine's process ended with ${code ?? signal}`))
    })
  })
  // It may be killed on purpose, by somebody who does not wait for figures.
  measured.catch(() => {})
  return { child, measured }
}

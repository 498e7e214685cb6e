import { spawn, type ChildProcess } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SourceAddress } from '../src/main/contract/source.ts'
import type { Sample } from './measure.ts'
import { endedChildrenMs } from './processorTime.ts'

const running = new Set<ChildProcess>()

let isOver = false

/** What is still running ends with us, and nothing is started any more. */
export function killChildren(): void {
  isOver = true
  for (const child of running) child.kill('SIGKILL')
}

export function track<T extends ChildProcess>(child: T): T {
  running.add(child)
  if (isOver) child.kill('SIGKILL')
  child.once('exit', () => running.delete(child))
  return child
}

/** What libpq reads; a password does not belong in an argument. */
export function postgresEnvironment({ host, port, user, password, database }: SourceAddress): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user ?? '',
    PGPASSWORD: password ?? '',
    PGDATABASE: database,
    PGSSLMODE: 'disable',
  }
}

/** Runs a program with its output to nowhere, and times it from start to end. Throws where it fails, with its last words. */
export async function timeProgram(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<Sample> {
  if (isOver) throw new Error('the benchmark was stopped')
  const cpuBeforeMs = endedChildrenMs('self')
  const startMs = performance.now()
  const child = track(spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] }))
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const wallMs = performance.now() - startMs
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said.trim()}`)
  const cpuAfterMs = endedChildrenMs('self')
  const cpuMs = cpuBeforeMs === null || cpuAfterMs === null ? null : cpuAfterMs - cpuBeforeMs
  return { wallMs, cpuMs, serverCpuMs: null, peakBytes: null }
}

/** A Node program that leaves its peak memory behind when it ends. */
export async function timeNode(
  args: string[],
  env: NodeJS.ProcessEnv,
  options: { folder: string; benchFolder: string },
): Promise<Sample> {
  const peakFile = join(options.folder, `peak-${randomBytes(4).toString('hex')}.json`)
  const preload = pathToFileURL(join(options.benchFolder, 'reportPeak.mjs')).href
  const sample = await timeProgram(process.execPath, ['--import', preload, ...args], {
    ...env,
    MILLRACE_BENCH_PEAK_FILE: peakFile,
  })
  const told = JSON.parse(await readFile(peakFile, 'utf8')) as { peakBytes: number; cpuMs: number }
  await rm(peakFile)
  return { ...sample, ...told }
}

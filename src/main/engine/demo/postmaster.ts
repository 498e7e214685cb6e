import { execFile } from 'node:child_process'
import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What a server writes about itself: https://www.postgresql.org/docs/current/storage-file-layout.html */
export interface PostmasterFile {
  pid: number
  port: number | null
  /** `starting`, `stopping`, `ready`, `standby`; null until it is written. */
  status: string | null
}

export function parsePostmasterFile(text: string): PostmasterFile | null {
  const lines = text.split('\n').map((line) => line.trim())
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return null
  const port = Number(lines[3])
  return { pid, port: Number.isInteger(port) && port > 0 ? port : null, status: lines[7] || null }
}

const postmasterPath = (cluster: string) => join(cluster, 'postmaster.pid')

export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | null> {
  return parsePostmasterFile(await readFile(postmasterPath(cluster), 'utf8').catch(() => ''))
}

export async function removePostmasterFile(cluster: string): Promise<void> {
  await rm(postmasterPath(cluster), { force: true })
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function commandLine(pid: number): Promise<string[]> {
  if (process.platform === 'linux') {
    // A zombie has an empty command line, and counts as gone.
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
  }
  if (process.platform === 'win32') {
    const query = `(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`
    const { stdout } = await run('powershell', ['-NoProfile', '-Command', query]).catch(() => ({ stdout: '' }))
    return [stdout]
  }
  const { stdout } = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return [stdout]
}

/** True where `pid` lives and is the server of this cluster, not a stranger that was given its number. */
export async function isPostmasterOf(cluster: string, pid: number): Promise<boolean> {
  if (!exists(pid)) return false
  const words = await commandLine(pid)
  if (process.platform === 'linux') return words.includes(cluster) && (words[0] ?? '').endsWith('postgres')
  return words.some((word) => word.includes('postgres') && word.includes(cluster))
}

async function goneWithin(cluster: string, pid: number, timeoutMs: number): Promise<boolean> {
  const endMs = performance.now() + timeoutMs
  while (await isPostmasterOf(cluster, pid)) {
    if (performance.now() >= endMs) return false
    await delay(20)
  }
  return true
}

/** The server's own processes; each leads a process group, so that a signal to the first reaches none of them. */
async function childrenOf(pid: number): Promise<number[]> {
  if (process.platform !== 'linux') return []
  const children: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    // The second field is the program's name in brackets and may hold spaces.
    const parent = text.slice(text.lastIndexOf(')') + 2).split(' ')[1]
    if (Number(parent) === pid) children.push(Number(name))
  }
  return children
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has just ended.
  }
}

/** Ends the server and all its processes at once, as a power cut would. Resolves when they are gone. */
export async function killPostmaster(cluster: string, pid: number): Promise<void> {
  if (!(await isPostmasterOf(cluster, pid))) return
  const children = await childrenOf(pid)
  signal(pid, 'SIGKILL')
  for (const child of children) signal(child, 'SIGKILL')
  await goneWithin(cluster, pid, 10_000)
  // The next start waits for nobody who still holds the old shared memory: it refuses.
  const endMs = performance.now() + 10_000
  while (children.some((child) => exists(child)) && performance.now() < endMs) {
    const left = await Promise.all(children.map((child) => commandLine(child)))
    if (left.every((words) => words.join('') === '')) break
    await delay(20)
  }
}

export interface StopPatience {
  /** How long a fast shutdown may take before it becomes an immediate one. */
  fastMs: number
  immediateMs: number
}

/**
 * Stops a server: fast (sessions are ended, a checkpoint is written), then immediate, then by force.
 * https://www.postgresql.org/docs/current/server-shutdown.html
 */
export async function stopPostmaster(
  cluster: string,
  pid: number,
  pgCtl: string,
  patience: StopPatience,
): Promise<'fast' | 'immediate' | 'killed'> {
  if (process.platform === 'win32') {
    // Windows has no signals; pg_ctl speaks over a named pipe.
    for (const mode of ['fast', 'immediate'] as const) {
      const seconds = Math.ceil((mode === 'fast' ? patience.fastMs : patience.immediateMs) / 1000)
      const stopping = run(pgCtl, ['stop', '-D', cluster, '-m', mode, '-w', '-t', String(seconds)])
      if (await stopping.then(() => true, () => false)) return mode
    }
  } else {
    if (!(await isPostmasterOf(cluster, pid))) return 'fast'
    signal(pid, 'SIGINT')
    if (await goneWithin(cluster, pid, patience.fastMs)) return 'fast'
    signal(pid, 'SIGQUIT')
    if (await goneWithin(cluster, pid, patience.immediateMs)) return 'immediate'
  }
  await killPostmaster(cluster, pid)
  return 'killed'
}

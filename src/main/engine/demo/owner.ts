import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'

/** A process that cannot be mistaken for a later one of the same number. */
export const ownerSchema = z.object({
  pid: z.number().int(),
  /** When it started, in whatever words its system uses; null where it does not tell. */
  started: z.string().nullable(),
})
export type Owner = z.infer<typeof ownerSchema>

async function startOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // The first field after the name is the state: a zombie's files and sockets are closed already.
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  }
  if (process.platform === 'win32') return null
  const asking = promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)])
  return asking.then(({ stdout }) => stdout.trim() || null, () => null)
}

export async function thisProcess(): Promise<Owner> {
  return { pid: process.pid, started: await startOf(process.pid) }
}

export async function isAlive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return owner.started === null || (await startOf(owner.pid)) === owner.started
}

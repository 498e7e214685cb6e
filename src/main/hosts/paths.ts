import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Paths } from '../engine/ports.ts'

export interface PathFacts {
  env: NodeJS.ProcessEnv
  platform: NodeJS.Platform
  homeFolder: string
}

/**
 * The app's data folder: `MILLRACE_HOME` where it is set, else the platform's place for it
 * (https://specifications.freedesktop.org/basedir-spec/latest/ on Linux).
 */
export function dataFolderOf({ env, platform, homeFolder }: PathFacts): string {
  if (env.MILLRACE_HOME) return resolve(env.MILLRACE_HOME)
  switch (platform) {
    case 'win32':
      return join(env.LOCALAPPDATA || env.APPDATA || join(homeFolder, 'AppData', 'Local'), 'Millrace')
    case 'darwin':
      return join(homeFolder, 'Library', 'Application Support', 'Millrace')
    default:
      return join(env.XDG_DATA_HOME || join(homeFolder, '.local', 'share'), 'millrace')
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives and is somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** What killed processes left of their temporary folders; those of running ones stay. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(/^(\d+)-[0-9a-f]+$/.exec(name)?.[1])
    if (!Number.isInteger(pid) || isAlive(pid)) continue
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * Makes both folders, readable by the user alone. Every process has a temporary folder of its own, so
 * that a query on the command line does not empty that of the running app. It lies beside the
 * data, because /tmp may be memory and results may be large.
 */
export async function preparePaths(dataFolder: string): Promise<Paths & { remove(): Promise<void> }> {
  const parent = join(dataFolder, 'temporary')
  await mkdir(parent, { recursive: true, mode: 0o700 })
  await removeLeftovers(parent)
  const temporaryFolder = join(parent, `${process.pid}-${randomBytes(4).toString('hex')}`)
  await mkdir(temporaryFolder, { mode: 0o700 })
  return {
    dataFolder,
    temporaryFolder,
    remove: () => rm(temporaryFolder, { recursive: true, force: true, maxRetries: 3 }),
  }
}

import { createHash } from 'node:crypto'
import { chown, lstat, mkdir, readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { MillraceError } from '../../contract/errors.ts'
import { canReach, type ServerAccount } from './serverAccount.ts'

/** The folder of one embedded server, and what is in it. */
export interface ServerHome {
  folder: string
  /** Postgres' data directory. */
  cluster: string
  /** The superuser's password, readable by its owner only. */
  passwordFile: string
  /** Port and owner of the last start. */
  stateFile: string
  logFile: string
  /** A copy of the programs, where the installed ones cannot be used in place. */
  programs: string
}

function homeIn(folder: string): ServerHome {
  return {
    folder,
    cluster: join(folder, 'cluster'),
    passwordFile: join(folder, 'password'),
    stateFile: join(folder, 'server.json'),
    logFile: join(folder, 'server.log'),
    programs: join(folder, 'programs'),
  }
}

/** Makes a folder for everybody to read, and refuses one that another user owns or may write to. */
export async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const found = await lstat(folder)
  const ours = process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0)
  if (!found.isDirectory() || !ours) throw new Error(`${folder} belongs to somebody else`)
}

/** A folder for temporary things of this user's Millrace alone. */
export function temporaryRoot(): string {
  return join(tmpdir(), `millrace-${process.getuid?.() ?? 'user'}`)
}

async function chownTree(path: string, account: ServerAccount): Promise<void> {
  await chown(path, account.uid, account.gid)
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), account.uid, account.gid)
  }
}

/** The folder asked for, or one in its stead that the server's account can walk down to. */
async function reachableFolder(wanted: string, account: ServerAccount | null): Promise<string> {
  if (!account || (await canReach(wanted, account))) return wanted
  const name = `${basename(wanted)}-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`
  for (const root of ['/var/lib/millrace', temporaryRoot()]) {
    const folder = join(root, name)
    if (!(await canReach(folder, account))) continue
    if (await ownFolder(root).then(() => true, () => false)) return folder
  }
  throw new MillraceError({
    code: 'DEMO_FAILED',
    message: 'There is no folder that both Millrace and the demo\'s unprivileged Postgres can reach.',
    advice: 'Run Millrace as a normal user, or give it a data folder that is not below a private one.',
  })
}

/**
 * Makes the server's folder and gives it to the server's account. As root, a folder below a private one
 * (root's home) is replaced by one under /var/lib that is named for it. Throws DEMO_FAILED.
 */
export async function prepareServerHome(dataFolder: string, account: ServerAccount | null): Promise<ServerHome> {
  const wanted = resolve(dataFolder)
  const folder = await reachableFolder(wanted, account)
  try {
    // The folders above keep the usual mode: a private one would lock the server's account out.
    await mkdir(dirname(folder), { recursive: true, mode: 0o755 })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const found = await stat(folder)
    if (account && found.uid !== account.uid) await chownTree(folder, account)
    if (!account && process.getuid && found.uid !== process.getuid()) throw new Error('the folder has another owner')
  } catch (cause) {
    throw new MillraceError(
      {
        code: 'DEMO_FAILED',
        message: `The demo's folder ${folder} cannot be used by this user.`,
        advice: 'Remove that folder as the user who made it, or give Millrace another data folder.',
      },
      { cause },
    )
  }
  return homeIn(folder)
}

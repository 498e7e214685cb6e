import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * The account that Postgres runs under when we are root: Postgres refuses to start as root.
 * https://www.postgresql.org/docs/current/postgres-user.html
 */
export interface ServerAccount {
  uid: number
  gid: number
}

const preferredNames = ['postgres', 'nobody'] as const

/**
 * Picks the account from the text of `/etc/passwd`: `postgres`, else `nobody`, else any other that is
 * not root. One that is listed there, because `initdb` looks its own name up and fails without one.
 */
export function chooseServerAccount(passwd: string): ServerAccount {
  const accounts = new Map<string, ServerAccount>()
  for (const line of passwd.split('\n')) {
    const [name, , uid, gid] = line.split(':')
    if (!name || !uid || !gid || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) continue
    if (uid !== '0') accounts.set(name, { uid: Number(uid), gid: Number(gid) })
  }
  for (const name of preferredNames) {
    const account = accounts.get(name)
    if (account) return account
  }
  const [any] = accounts.values()
  return any ?? { uid: 65534, gid: 65534 }
}

/** The account to run Postgres under, or null where it can run under our own. */
export async function serverAccountOfThisProcess(): Promise<ServerAccount | null> {
  if (process.getuid?.() !== 0) return null
  return chooseServerAccount(await readFile('/etc/passwd', 'utf8').catch(() => ''))
}

interface FolderAccess {
  mode: number
  uid: number
  gid: number
}

/** May this account walk through a folder of this mode? Access lists are not looked at. */
export function mayTraverse(folder: FolderAccess, account: ServerAccount): boolean {
  if (folder.uid === account.uid) return (folder.mode & 0o100) !== 0
  if (folder.gid === account.gid) return (folder.mode & 0o010) !== 0
  return (folder.mode & 0o001) !== 0
}

/** True where the account can walk down to every existing folder above `path`. */
export async function canReach(path: string, account: ServerAccount): Promise<boolean> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => null)
    if (found && !mayTraverse(found, account)) return false
    if (folder === dirname(folder)) return true
  }
}

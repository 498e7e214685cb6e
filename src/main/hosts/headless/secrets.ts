import { AsyncEntry } from '@napi-rs/keyring'
import type { LinuxStore } from '@napi-rs/keyring'
import type { SecretStore } from '../../engine/ports.ts'

const SERVICE = 'millrace'

/** Secrets for this run only. */
export function memorySecrets(note: string): SecretStore {
  const secrets = new Map<string, string>()
  return {
    lasting: false,
    note,
    get: (name) => Promise.resolve(secrets.get(name) ?? null),
    set: (name, secret) => Promise.resolve(void secrets.set(name, secret)),
    delete: (name) => Promise.resolve(void secrets.delete(name)),
  }
}

/** One secret of the system's store; the part of `@napi-rs/keyring` that is used. */
export interface KeyringEntry {
  getPassword(): Promise<string | null>
  setPassword(secret: string): Promise<void>
  deleteCredential(): Promise<boolean>
}

/** Where an entry is kept; `keyutils` is the Linux kernel's keyring, which ends with the machine's run. */
export type OpenEntry = (name: string, store: LinuxStore | 'default') => KeyringEntry

const openSystemEntry: OpenEntry = (name, store) =>
  new AsyncEntry(SERVICE, name, store === 'default' ? undefined : { linux: { store } })

// The kernel's keyring may refuse the first write of a process and take the next one.
async function writeTwice(entry: KeyringEntry, secret: string): Promise<void> {
  try {
    await entry.setPassword(secret)
  } catch {
    await entry.setPassword(secret)
  }
}

async function works(open: OpenEntry, store: LinuxStore | 'default'): Promise<boolean> {
  const probe = `probe-${process.pid}`
  try {
    const entry = open(probe, store)
    await writeTwice(entry, 'probe')
    const kept = (await entry.getPassword()) === 'probe'
    await entry.deleteCredential()
    return kept
  } catch {
    return false
  }
}

function keyringSecrets(open: OpenEntry, store: LinuxStore | 'default', note: string | null): SecretStore {
  return {
    lasting: note === null,
    note,
    get: (name) => open(name, store).getPassword(),
    set: (name, secret) => writeTwice(open(name, store), secret),
    async delete(name) {
      await open(name, store).deleteCredential()
    },
  }
}

/**
 * The system's keychain where it works: on Linux the Secret Service, then the kernel's keyring (until
 * the machine restarts), elsewhere the platform's own. Where none does, secrets last for this run.
 */
export async function openSecrets(
  platform: NodeJS.Platform = process.platform,
  open: OpenEntry = openSystemEntry,
): Promise<SecretStore> {
  if (platform !== 'linux') {
    if (await works(open, 'default')) return keyringSecrets(open, 'default', null)
  } else {
    if (await works(open, 'secret-service')) return keyringSecrets(open, 'secret-service', null)
    if (await works(open, 'keyutils')) {
      return keyringSecrets(open, 'keyutils', 'No keychain is running, so passwords are kept until this machine restarts.')
    }
  }
  return memorySecrets('No keychain can be reached, so passwords are kept for this run only.')
}

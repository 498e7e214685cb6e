import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { safeStorage } from 'electron'
import { z } from 'zod'

/** Secrets as safeStorage encrypts them: base64 of what only this user on this machine can decrypt. */
const secretsFileSchema = z.record(z.string(), z.string())

export interface SafeSecrets {
  readonly lasting: boolean
  readonly note: string | null
  get(name: string): Promise<string | null>
  set(name: string, secret: string): Promise<void>
  delete(name: string): Promise<void>
}

/**
 * Whether safeStorage keeps a secret. On Linux its `basic_text` backend encrypts with a key that everybody
 * knows: https://www.electronjs.org/docs/latest/api/safe-storage#safestoragegetselectedstoragebackend-linux
 */
export function secretsPromise(platform: NodeJS.Platform): { lasting: boolean; note: string | null } {
  if (!safeStorage.isEncryptionAvailable()) {
    return { lasting: false, note: 'The system offers no encryption, so passwords are kept for this run only.' }
  }
  if (platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') {
    return { lasting: false, note: 'No keychain is running, so passwords are kept for this run only.' }
  }
  return { lasting: true, note: null }
}

/** Passwords, encrypted in `filePath` where the system can, else in memory. Call after the app is ready. */
export function openSafeSecrets(filePath: string, platform: NodeJS.Platform): SafeSecrets {
  const { lasting, note } = secretsPromise(platform)
  const inMemory = new Map<string, string>()
  // One change after another, so that two at once do not lose one.
  let turn: Promise<unknown> = Promise.resolve()

  async function read(): Promise<Record<string, string>> {
    const text = await readFile(filePath, 'utf8').catch(() => '{}')
    const parsed = secretsFileSchema.safeParse(JSON.parse(text || '{}'))
    return parsed.success ? parsed.data : {}
  }

  function change(edit: (secrets: Record<string, string>) => void): Promise<void> {
    const work = turn.then(async () => {
      const secrets = await read()
      edit(secrets)
      await mkdir(dirname(filePath), { recursive: true, mode: 0o700 })
      await writeFile(`${filePath}.new`, JSON.stringify(secrets), { mode: 0o600 })
      await rename(`${filePath}.new`, filePath)
    })
    turn = work.catch(() => {})
    return work
  }

  if (!lasting) {
    return {
      lasting,
      note,
      get: (name) => Promise.resolve(inMemory.get(name) ?? null),
      set: (name, secret) => Promise.resolve(void inMemory.set(name, secret)),
      delete: (name) => Promise.resolve(void inMemory.delete(name)),
    }
  }
  return {
    lasting,
    note,
    async get(name) {
      const encrypted = (await read())[name]
      return encrypted === undefined ? null : safeStorage.decryptString(Buffer.from(encrypted, 'base64'))
    },
    set: (name, secret) => change((secrets) => (secrets[name] = safeStorage.encryptString(secret).toString('base64'))),
    delete: (name) => change((secrets) => void delete secrets[name]),
  }
}

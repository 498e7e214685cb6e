import { describe, expect, it } from 'vitest'
import { openSecrets } from '../../../../src/main/hosts/headless/secrets.ts'
import type { OpenEntry } from '../../../../src/main/hosts/headless/secrets.ts'

function keyring(options: { stores: string[]; refusedWrites?: number }) {
  const kept = new Map<string, string>()
  let refused = options.refusedWrites ?? 0
  const open: OpenEntry = (name, store) => {
    if (!options.stores.includes(store)) throw new Error('no such store')
    return {
      getPassword: () => Promise.resolve(kept.get(name) ?? null),
      setPassword: (secret) => {
        if (refused > 0) {
          refused -= 1
          return Promise.reject(new Error('AccessDenied'))
        }
        kept.set(name, secret)
        return Promise.resolve()
      },
      deleteCredential: () => Promise.resolve(kept.delete(name)),
    }
  }
  return { kept, open }
}

describe('secrets of the headless host', () => {
  it('last where a keychain runs, and leave no probe behind', async () => {
    const { kept, open } = keyring({ stores: ['secret-service'] })
    const secrets = await openSecrets('linux', open)
    expect(secrets.lasting).toBe(true)
    expect(secrets.note).toBeNull()
    await secrets.set('workspace:1', 'x')
    expect([...kept]).toEqual([['workspace:1', 'x']])
    await secrets.delete('workspace:1')
    expect(await secrets.get('workspace:1')).toBeNull()
  })

  it('survive the first write that the kernel keyring refuses, and say that a restart ends them', async () => {
    const { open } = keyring({ stores: ['keyutils'], refusedWrites: 1 })
    const secrets = await openSecrets('linux', open)
    expect(secrets.lasting).toBe(false)
    expect(secrets.note).toMatch(/until this machine restarts/)
  })

  it('last for this run, and say so, where no keychain can be reached', async () => {
    const { open } = keyring({ stores: [] })
    const secrets = await openSecrets('linux', open)
    expect(secrets.lasting).toBe(false)
    expect(secrets.note).toMatch(/this run only/)
    await secrets.set('workspace:1', 'x')
    expect(await secrets.get('workspace:1')).toBe('x')
  })

  it('use the platform store elsewhere', async () => {
    const { open } = keyring({ stores: ['default'] })
    expect((await openSecrets('darwin', open)).lasting).toBe(true)
  })
})

import type { Host, SecretStore } from '../../src/main/engine/ports.ts'
import { silentLogger } from './logger.ts'

/** Keeps secrets in memory, as a host does where the system has no keychain. */
function secretsOfThisRun(): SecretStore {
  const kept = new Map<string, string>()
  return {
    lasting: false,
    note: 'Passwords last for this run only.',
    get: async (name) => kept.get(name) ?? null,
    set: async (name, secret) => void kept.set(name, secret),
    delete: async (name) => void kept.delete(name),
  }
}

/** A host for tests: the machine's clocks, and folders below the one given. */
export function testHost(folder: string, changed: Partial<Host> = {}): Host {
  return {
    kind: 'browser',
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    logger: silentLogger,
    secrets: secretsOfThisRun(),
    paths: { dataFolder: folder, temporaryFolder: folder },
    version: '0.0.0-test',
    ...changed,
  }
}

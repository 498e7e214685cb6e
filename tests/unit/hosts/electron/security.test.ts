import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { electron } from './electronStandIn.ts'

vi.mock('electron', async () => (await import('./electronStandIn.ts')).electron)
const { answerFromFolder } = await import('../../../../src/main/hosts/electron/scheme.ts')
const { mayOpenOutside } = await import('../../../../src/main/hosts/electron/security.ts')
const { openSafeSecrets } = await import('../../../../src/main/hosts/electron/secrets.ts')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-electron-'))
  await mkdir(join(folder, 'renderer'))
  await writeFile(join(folder, 'renderer/index.html'), '<!doctype html>')
  await writeFile(join(folder, 'outside.txt'), 'not yours')
})
afterAll(() => rm(folder, { recursive: true }))

describe('addresses that a click may open', () => {
  it.each(['https://www.postgresql.org/docs/current/runtime-config-wal.html', 'https://duckdb.org/docs/stable/'])(
    '%s may',
    (address) => expect(mayOpenOutside(address)).toBe(true),
  )
  it.each([
    'https://www.postgresql.org.evil.example/docs/',
    'https://www.postgresql.org@evil.example/docs/',
    'https://user:word@www.postgresql.org/docs/',
    'https://www.postgresql.org:8443/docs/',
    'https://www.postgresql.org/download/',
    'https://www.postgresql.org/docs/../download/',
    'http://duckdb.org/docs/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://duckdb.org/docs/',
    'nonsense',
  ])('%s may not', (address) => expect(mayOpenOutside(address)).toBe(false))
})

describe('the own scheme', () => {
  const ask = (url: string, method = 'GET') => answerFromFolder(join(folder, 'renderer'), new Request(url, { method }))

  it('serves the page with its policy', async () => {
    const answer = await ask('millrace://app/index.html')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'")
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each([
    ['millrace://app/%2e%2e/outside.txt', 404],
    ['millrace://app/..%2foutside.txt', 404],
    ['millrace://app/..%5coutside.txt', 404],
    ['millrace://app/none.html', 404],
    ['millrace://other/index.html', 403],
  ])('refuses %s', async (url, status) => {
    expect((await ask(url)).status).toBe(status)
  })

  it('answers nothing but GET', async () => {
    expect((await ask('millrace://app/index.html', 'POST')).status).toBe(405)
  })
})

describe('secrets of the Electron host', () => {
  beforeEach(() => {
    electron.safeStorage.isEncryptionAvailable.mockReturnValue(true)
    electron.safeStorage.getSelectedStorageBackend.mockReturnValue('gnome_libsecret')
  })

  it('are written encrypted, for this user alone', async () => {
    const filePath = join(folder, 'data/secrets.json')
    const secrets = openSafeSecrets(filePath, 'linux')
    expect(secrets.lasting).toBe(true)
    await Promise.all([secrets.set('one', 'hunter2'), secrets.set('two', 'other')])
    expect(await secrets.get('one')).toBe('hunter2')
    expect(await readFile(filePath, 'utf8')).not.toContain('hunter2')
    expect((await stat(filePath)).mode & 0o077).toBe(0)
    expect(await openSafeSecrets(filePath, 'linux').get('two')).toBe('other')
    await secrets.delete('one')
    expect(await secrets.get('one')).toBeNull()
  })

  it('are never written under the key that everybody knows, and say so', async () => {
    electron.safeStorage.getSelectedStorageBackend.mockReturnValue('basic_text')
    const filePath = join(folder, 'basic/secrets.json')
    const secrets = openSafeSecrets(filePath, 'linux')
    expect(secrets.lasting).toBe(false)
    expect(secrets.note).toMatch(/this run only/)
    await secrets.set('one', 'hunter2')
    expect(await secrets.get('one')).toBe('hunter2')
    await expect(stat(filePath)).rejects.toThrow()
  })

  it('stay in memory where the system cannot encrypt', () => {
    electron.safeStorage.isEncryptionAvailable.mockReturnValue(false)
    expect(openSafeSecrets(join(folder, 'none.json'), 'win32').lasting).toBe(false)
  })
})

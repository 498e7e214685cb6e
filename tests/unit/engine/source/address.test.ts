import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { describeAddress, parseSourceAddress, withPassword } from '../../../../src/main/engine/source/address.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-address-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const nowhere = { HOME: folder }

describe('a URL', () => {
  test('is read in all its parts', () => {
    const url = 'postgresql://ann:s%40cret%2F1@db.example.com:6432/sh%20op?sslmode=verify-full&sslrootcert=%2Fca.crt'
    expect(parseSourceAddress(url, nowhere)).toEqual({
      host: 'db.example.com',
      port: 6432,
      database: 'sh op',
      user: 'ann',
      password: 's@cret/1',
      sslmode: 'verify-full',
      sslrootcert: '/ca.crt',
    })
  })

  test.each([
    ['postgres://h/d', { host: 'h', port: 5432, database: 'd', sslmode: 'prefer' }],
    ['postgres://[::1]:1/d', { host: '::1', port: 1 }],
    ['postgres:///d?host=/run/pg&port=7', { host: '/run/pg', port: 7, database: 'd' }],
    ['postgres://u@%2Frun%2Fpg/d', { host: '/run/pg', database: 'd', user: 'u' }],
    ['postgres://u:p@/d?host=h', { host: 'h', user: 'u', password: 'p', database: 'd' }],
    ['postgres://u:a#b@h/d', { password: 'a#b', host: 'h' }],
    ['postgres://u:12#ss@h/d', { password: '12#ss', host: 'h' }],
    ['postgres://u:a b@h/d', { password: 'a b' }],
    ['postgres://ann@h', { database: 'ann' }],
    ['postgres://h/d?ssl=true', { sslmode: 'require' }],
    ['postgres://h/d?user=o&password=p', { user: 'o', password: 'p' }],
    ['postgres://h/d?application_name=x&connect_timeout=3&channel_binding=prefer', { host: 'h' }],
  ])('%s', (url, expected) => {
    expect(parseSourceAddress(url, nowhere)).toMatchObject(expected)
  })

  test('keeps any password that is percent-encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (password) => {
        const url = `postgres://u:${encodeURIComponent(password)}@h/d`
        expect(parseSourceAddress(url, nowhere).password).toBe(password)
      }),
    )
  })
})

describe('a keyword string', () => {
  test.each([
    ['host=h port=1 dbname=d user=u', { host: 'h', port: 1, database: 'd', user: 'u' }],
    [`  host = h   password = 'it\\'s a \\\\ secret' `, { host: 'h', password: `it's a \\ secret` }],
    [`password='' user=u host=h`, { user: 'u' }],
    ['host=/tmp sslmode=require', { host: '/tmp', sslmode: 'require' }],
  ])('%s', (text, expected) => {
    expect(parseSourceAddress(text, nowhere)).toMatchObject(expected)
  })

  test('keeps any value that is quoted', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (password) => {
        const quoted = password.replace(/['\\]/g, '\\$&')
        expect(parseSourceAddress(`host=h password='${quoted}'`, nowhere).password).toBe(password)
      }),
    )
  })
})

describe('what is missing', () => {
  const env = { ...nowhere, PGHOST: 'eh', PGPORT: '99', PGDATABASE: 'ed', PGUSER: 'eu', PGPASSWORD: 'ep', PGSSLMODE: 'disable' }

  test('comes from the environment', () => {
    expect(parseSourceAddress('', env)).toEqual({ host: 'eh', port: 99, database: 'ed', user: 'eu', password: 'ep', sslmode: 'disable' })
    expect(parseSourceAddress('postgres://h', env)).toMatchObject({ host: 'h', port: 99, database: 'ed' })
    expect(parseSourceAddress('postgres://u:p@h:1/d?sslmode=require', env)).toMatchObject({ port: 1, password: 'p', sslmode: 'require' })
  })

  test('comes from the service before the environment', () => {
    writeFileSync(
      join(folder, '.pg_service.conf'),
      '# services\n[other]\nhost=no\n[shop]\nhost=sh\nport = 12\ndbname=sd\n\n[last]\nhost=no\n',
    )
    expect(parseSourceAddress('service=shop port=5', env)).toMatchObject({ host: 'sh', port: 5, database: 'sd', user: 'eu' })
    expect(parseSourceAddress('', { ...env, PGSERVICE: 'shop' })).toMatchObject({ host: 'sh', port: 12 })
    expect(() => parseSourceAddress('service=none', env)).toThrow(/no service "none"/)
  })

  test('is what libpq takes at last', () => {
    const address = parseSourceAddress('host=h', nowhere)
    const user = userInfo().username
    expect(address).toEqual({ host: 'h', port: 5432, user, database: user, sslmode: 'prefer' })
  })
})

describe('an address that cannot be honoured is refused, and its password not repeated', () => {
  test.each([
    'postgres://u:hunter2@h:port/d',
    'postgres://u:hunter2@h:70000/d',
    'postgres://u:hunter2%zz@h/d',
    'postgres://u:hunter2@h/d?ssl_mode=verify-full',
    'postgres://u:hunter2@h/d?sslmode=strict',
    'postgres://u:hunter2@h/d?sslcrl=/x',
    'postgres://u:hunter2@h/d?channel_binding=require',
    'postgres://u:hunter2@h1,h2/d',
    'host=h password=hunter2 port=x',
    'password=hunter2 nonsense',
    'mysql://u:hunter2@h/d',
    'just words hunter2',
  ])('%s', (text) => {
    let thrown: unknown
    try {
      parseSourceAddress(text, nowhere)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'ADDRESS_INVALID' })
    expect(JSON.stringify(thrown) + String((thrown as Error).stack) + String((thrown as Error).cause)).not.toContain('hunter2')
  })
})

describe('a missing password', () => {
  const address = parseSourceAddress('postgres://u@h:5433/d', nowhere)

  test('comes from PGPASSWORD, and never replaces one that is given', async () => {
    expect(await withPassword(address, { PGPASSWORD: 'e' })).toMatchObject({ password: 'e' })
    expect(await withPassword({ ...address, password: 'own' }, { PGPASSWORD: 'e' })).toMatchObject({ password: 'own' })
  })

  test('comes from the password file, unless others may read that', async () => {
    const file = join(folder, 'passwords')
    writeFileSync(file, '# comment line\nh:5432:*:u:no\nh:5433:*:u:fi\\:le\nlocalhost:*:*:u:socket\n')
    chmodSync(file, 0o600)
    expect(await withPassword(address, { PGPASSFILE: file })).toMatchObject({ password: 'fi:le' })
    expect(await withPassword({ ...address, host: '/run' }, { PGPASSFILE: file })).toMatchObject({ password: 'socket' })
    chmodSync(file, 0o644)
    expect(await withPassword(address, { PGPASSFILE: file })).toEqual(address)
    expect(await withPassword(address, { PGPASSFILE: join(folder, 'none') })).toEqual(address)
  })
})

test('an address is described without its password', () => {
  expect(describeAddress(parseSourceAddress('postgres://u:hunter2@h:1/d', nowhere))).toBe('u@h:1/d')
  expect(describeAddress(parseSourceAddress('postgres://u:hunter2@[::1]/d', nowhere))).toBe('u@[::1]:5432/d')
})

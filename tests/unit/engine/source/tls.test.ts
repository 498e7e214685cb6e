import { describe, expect, test } from 'vitest'
import type { SourceAddress } from '../../../../src/main/contract/source.ts'
import { readTlsMaterial, tlsOptions, transportAttempts } from '../../../../src/main/engine/source/tls.ts'

const address: SourceAddress = { host: 'h', port: 1, database: 'd', user: 'u', sslmode: 'prefer' }
const material = { rootCertificate: 'PEM', certificate: null, key: null }

describe('the ways to try follow sslmode', () => {
  test.each([
    ['disable', false, ['plain']],
    ['allow', false, ['plain', 'none']],
    ['prefer', true, ['none', 'plain']],
    ['require', false, ['none']],
    ['require', true, ['authority']],
    ['verify-ca', true, ['authority']],
    ['verify-full', true, ['authority-and-host']],
  ] as const)('%s (root certificate: %s)', (sslmode, hasRoot, expected) => {
    const attempts = transportAttempts({ ...address, sslmode }, hasRoot)
    expect(attempts.map((attempt) => (attempt.tls ? attempt.verification : 'plain'))).toEqual(expected)
  })

  test('a Unix socket knows no TLS', () => {
    expect(transportAttempts({ host: '/run', sslmode: 'verify-full' }, true)).toEqual([{ tls: false, verification: 'none' }])
  })
})

test('only verify-full looks at the host name, and nothing unverified is given an authority', () => {
  expect(tlsOptions({ tls: false, verification: 'none' }, material)).toBe(false)
  expect(tlsOptions({ tls: true, verification: 'none' }, material)).toMatchObject({ rejectUnauthorized: false })
  expect(tlsOptions({ tls: true, verification: 'none' }, material)).not.toHaveProperty('ca')
  const authority = tlsOptions({ tls: true, verification: 'authority' }, material)
  expect(authority).toMatchObject({ rejectUnauthorized: true, ca: 'PEM' })
  expect(authority).toHaveProperty('checkServerIdentity')
  const full = tlsOptions({ tls: true, verification: 'authority-and-host' }, material)
  expect(full).toMatchObject({ rejectUnauthorized: true, ca: 'PEM' })
  expect(full).not.toHaveProperty('checkServerIdentity')
})

test("verify-full without a root certificate takes Node's authorities, verify-ca refuses", async () => {
  const empty = '/no/such/folder'
  expect(await readTlsMaterial({ ...address, sslmode: 'verify-full' }, empty)).toMatchObject({ rootCertificate: 'system' })
  expect(tlsOptions({ tls: true, verification: 'authority-and-host' }, { ...material, rootCertificate: 'system' })).not.toHaveProperty('ca')
  await expect(readTlsMaterial({ ...address, sslmode: 'verify-ca' }, empty)).rejects.toMatchObject({ code: 'CONNECT_TLS' })
  await expect(readTlsMaterial({ ...address, sslmode: 'require', sslrootcert: 'system' }, empty)).rejects.toMatchObject({ code: 'CONNECT_TLS' })
})

import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SourceAddress } from '../../src/main/contract/source.ts'
import { ZERO_LSN } from '../../src/main/engine/model/lsn.ts'
import { connectSource, isEncrypted, textTypes } from '../../src/main/engine/source/connection.ts'
import { isTransientSourceError } from '../../src/main/engine/source/faults.ts'
import { ReplicationConnection } from '../../src/main/engine/source/replicationConnection.ts'
import { sharedPostgres, type PostgresMajor, type TestDatabase } from '../support/postgres.ts'
import { authorityCertificate, openTlsProxy, strangerCertificate, type TlsProxy } from '../support/tlsProxy.ts'
import { until } from '../support/until.ts'

const majors: PostgresMajor[] = [15, 18]
/** Settings of a role that would all change the text of a value, or cut a long copy. */
const oddSettings = {
  datestyle: "'German'",
  intervalstyle: "'sql_standard'",
  timezone: "'Asia/Tokyo'",
  bytea_output: "'escape'",
  extra_float_digits: '-5',
  client_encoding: "'LATIN1'",
  statement_timeout: "'9s'",
  idle_in_transaction_session_timeout: "'9s'",
}
const values = `
  '2026-01-31'::date AS d, '2026-01-31 12:00:00+00'::timestamptz AS t, '\\x00ff'::bytea AS b,
  '1 day 02:00:00'::interval AS i, 0.1::float8 + 0.2 AS f, 'Ω' AS o`
const texts = ['2026-01-31', '2026-01-31 12:00:00+00', '\\x00ff', '1 day 02:00:00', '0.30000000000000004', 'Ω']

describe.each(majors)('on Postgres %i', (major) => {
  let database: TestDatabase
  let odd: SourceAddress
  const role = `odd_${process.pid}_${major}`

  beforeAll(async () => {
    database = await sharedPostgres(major).createDatabase()
    await database.query(`CREATE ROLE ${role} LOGIN REPLICATION SUPERUSER PASSWORD 'sesame:@/'`)
    for (const [name, value] of Object.entries(oddSettings)) await database.query(`ALTER ROLE ${role} SET ${name} = ${value}`)
    if (major >= 17) await database.query(`ALTER ROLE ${role} SET transaction_timeout = '9s'`)
    odd = { ...database.address, user: role, password: 'sesame:@/', sslmode: 'prefer' }
  })
  afterAll(async () => {
    await database.query(`DROP OWNED BY ${role}`)
    await database.query(`DROP ROLE ${role}`)
    await database.drop()
  })

  test.each([false, true])('no setting of the role changes the text of a value (walsender: %s)', async (replication) => {
    const client = await connectSource(odd, { purpose: 'test', replication })
    try {
      const { rows } = await client.query({ text: `SELECT ${values}`, rowMode: 'array', types: textTypes })
      expect(rows[0]).toEqual(texts)
      const limits = ['statement_timeout', 'idle_in_transaction_session_timeout', ...(major >= 17 ? ['transaction_timeout'] : [])]
      for (const name of limits) expect((await client.query(`SHOW ${name}`)).rows[0][name]).toBe('0')
      expect((await client.query('SHOW application_name')).rows[0].application_name).toBe('millrace test')
    } finally {
      await client.end()
    }
  })

  test('the stream of a role with odd settings has the same text as the copy', async () => {
    await database.query(`CREATE TABLE odd_values AS SELECT ${values} LIMIT 0`)
    await database.query(`CREATE PUBLICATION odd_publication FOR TABLE odd_values`)
    const walsender = await ReplicationConnection.open(odd)
    const slotName = `odd_${process.pid}_${major}`
    await walsender.createSlot(slotName, { temporary: true })
    let received = ''
    const stream = walsender.start({
      slotName,
      startLsn: ZERO_LSN,
      publicationNames: ['odd_publication'],
      sink: {
        onMessage: (bytes, start, end) => (received += bytes.toString('utf8', start, end)),
        onKeepalive: () => {},
        onDrained: () => {},
        onClose: () => {},
      },
    })
    try {
      await database.query(`INSERT INTO odd_values SELECT ${values}`)
      await until('the row came', () => received.includes('Ω'))
      for (const text of texts) expect(received).toContain(text)
    } finally {
      await stream.stop(1000)
    }
  })

  test('a read-only connection refuses to write', async () => {
    const client = await connectSource(database.address, { purpose: 'test', readOnly: true })
    await expect(client.query('CREATE TABLE refused (id int)')).rejects.toMatchObject({ code: '25006' })
    await client.end()
  })

  test('a wrong password, a missing one, a missing database and a missing role are told apart', async () => {
    // The test servers trust the network only where their pg_hba.conf says so.
    const wrong = connectSource({ ...odd, password: 'wrong' }, { purpose: 'test' })
    await expect(wrong).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' })
    const missing = connectSource({ ...odd, password: undefined }, { purpose: 'test' })
    await expect(missing).rejects.toMatchObject({ code: 'PASSWORD_NEEDED' })
    const elsewhere = connectSource({ ...odd, database: 'no_such_database' }, { purpose: 'test' })
    await expect(elsewhere).rejects.toMatchObject({ code: 'DATABASE_MISSING' })
    const stranger = connectSource({ ...odd, user: 'nobody_here' }, { purpose: 'test' })
    await expect(stranger).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' })
  })

  test('a password never stands in a fault', async () => {
    const fault = await connectSource({ ...odd, password: 'hunter2hunter2' }, { purpose: 'test' }).catch((error) => error)
    expect(JSON.stringify(fault.toFault())).not.toContain('hunter2')
  })

  test('a connection that is lost while idle fails its next query, as a fault that may be retried', async () => {
    const client = await connectSource(database.address, { purpose: 'test' })
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    await database.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
    await until('it is gone', async () => {
      const left = await database.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [rows[0].pid])
      return left.rows.length === 0
    })
    const error = await client.query('SELECT 1').catch((thrown: unknown) => thrown)
    expect(isTransientSourceError(error)).toBe(true)
  })
})

describe('sslmode does what it says', () => {
  let database: TestDatabase
  let proxy: TlsProxy
  beforeAll(async () => {
    database = await sharedPostgres(18).createDatabase()
    proxy = await openTlsProxy(database.address)
  })
  afterAll(async () => {
    await proxy.close()
    await database.drop()
  })

  async function attempt(change: Partial<SourceAddress>): Promise<'encrypted' | 'plain' | string> {
    const address = { ...database.address, port: proxy.port, host: 'localhost', ...change }
    try {
      const client = await connectSource(address, { purpose: 'test' })
      const encrypted = isEncrypted(client)
      await client.query('SELECT 1')
      await client.end()
      return encrypted ? 'encrypted' : 'plain'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  const trusted = { sslrootcert: authorityCertificate }
  const untrusted = { sslrootcert: strangerCertificate }
  const wrongHost = { host: '127.0.0.1' }

  test.each<[string, Partial<SourceAddress>, string]>([
    ['disable goes plain', { sslmode: 'disable' }, 'plain'],
    ['allow goes plain where plain is let in', { sslmode: 'allow' }, 'plain'],
    ['prefer encrypts', { sslmode: 'prefer' }, 'encrypted'],
    ['require encrypts, whoever answers', { sslmode: 'require', ...wrongHost }, 'encrypted'],
    ['require with a root certificate verifies the authority', { sslmode: 'require', ...untrusted }, 'CONNECT_TLS'],
    ['require with the right root certificate connects', { sslmode: 'require', ...trusted, ...wrongHost }, 'encrypted'],
    ['verify-ca takes the right authority', { sslmode: 'verify-ca', ...trusted }, 'encrypted'],
    ['verify-ca does not look at the host name', { sslmode: 'verify-ca', ...trusted, ...wrongHost }, 'encrypted'],
    ['verify-ca refuses another authority', { sslmode: 'verify-ca', ...untrusted }, 'CONNECT_TLS'],
    ['verify-ca without an authority refuses', { sslmode: 'verify-ca' }, 'CONNECT_TLS'],
    ['verify-full takes the right authority and host', { sslmode: 'verify-full', ...trusted }, 'encrypted'],
    ['verify-full refuses another host', { sslmode: 'verify-full', ...trusted, ...wrongHost }, 'CONNECT_TLS'],
    ['verify-full refuses another authority', { sslmode: 'verify-full', ...untrusted }, 'CONNECT_TLS'],
    ['verify-full without a root certificate refuses what no public authority signed', { sslmode: 'verify-full' }, 'CONNECT_TLS'],
    ['a root certificate that is not there refuses', { sslmode: 'verify-full', sslrootcert: '/no/such.crt' }, 'CONNECT_TLS'],
    ['prefer does not verify', { sslmode: 'prefer', ...wrongHost }, 'encrypted'],
  ])('%s', async (_, change, outcome) => {
    expect(await attempt(change)).toBe(outcome)
  })

  test('against a server without TLS, prefer goes plain and require refuses', async () => {
    const plainServer = { host: database.address.host, port: database.address.port }
    expect(await attempt({ ...plainServer, sslmode: 'prefer' })).toBe('plain')
    expect(await attempt({ ...plainServer, sslmode: 'require' })).toBe('CONNECT_TLS')
  })

  test('a walsender is encrypted too', async () => {
    const address: SourceAddress = { ...database.address, port: proxy.port, host: 'localhost', sslmode: 'verify-full', ...trusted }
    const client = await connectSource(address, { purpose: 'test', replication: true })
    expect(isEncrypted(client)).toBe(true)
    await client.query('IDENTIFY_SYSTEM')
    await client.end()
  })
})

describe('a source that cannot be reached is named as such', () => {
  const address: SourceAddress = { host: '127.0.0.1', port: 1, database: 'd', user: 'u', sslmode: 'prefer' }

  test('nothing listens', async () => {
    const error = await connectSource(address, { purpose: 'test' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CONNECT_REFUSED' })
    expect(isTransientSourceError(error)).toBe(true)
  })

  test('the host is not known', async () => {
    const failing = connectSource({ ...address, host: 'no-such-host.invalid' }, { purpose: 'test' })
    await expect(failing).rejects.toMatchObject({ code: 'CONNECT_HOST_UNKNOWN' })
  })

  test('there is no socket in the folder', async () => {
    const failing = connectSource({ ...address, host: '/no/such/folder' }, { purpose: 'test' })
    await expect(failing).rejects.toMatchObject({ code: 'CONNECT_REFUSED' })
  })

  describe('by a server that accepts and never answers', () => {
    const silent = createServer(() => {})
    let port = 0
    beforeAll(async () => {
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
      port = (silent.address() as { port: number }).port
    })
    afterAll(() => void silent.close())

    test.each(['prefer', 'disable', 'require'] as const)('the time is kept (%s)', async (sslmode) => {
      const failing = connectSource({ ...address, port, sslmode }, { purpose: 'test', connectTimeoutMs: 200 })
      await expect(failing).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' })
    })

    test('an abort ends it at once, and is what is thrown', async () => {
      const abort = new AbortController()
      const reason = new Error('enough')
      const failing = connectSource({ ...address, port }, { purpose: 'test', signal: abort.signal })
      setTimeout(() => abort.abort(reason), 20)
      await expect(failing).rejects.toBe(reason)
      await expect(connectSource({ ...address, port }, { purpose: 'test', signal: abort.signal })).rejects.toBe(reason)
    })
  })
})

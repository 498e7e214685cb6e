import { describe, expect, test } from 'vitest'
import { MillraceError } from '../../../../src/main/contract/errors.ts'
import { faultOfSourceError, isTransientSourceError } from '../../../../src/main/engine/source/faults.ts'

function failure(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}

describe('every failure of the road to the source has a name, and is retried only where that may help', () => {
  test.each<[string, string | undefined, string, boolean]>([
    ['connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED', 'CONNECT_REFUSED', true],
    ['getaddrinfo ENOTFOUND h', 'ENOTFOUND', 'CONNECT_HOST_UNKNOWN', true],
    ['getaddrinfo EAI_AGAIN h', 'EAI_AGAIN', 'CONNECT_HOST_UNKNOWN', true],
    ['connect ETIMEDOUT', 'ETIMEDOUT', 'CONNECT_TIMEOUT', true],
    ['timeout expired', undefined, 'CONNECT_TIMEOUT', true],
    ['read ECONNRESET', 'ECONNRESET', 'CONNECTION_LOST', true],
    ['write EPIPE', 'EPIPE', 'CONNECTION_LOST', true],
    ['Connection terminated unexpectedly', undefined, 'CONNECTION_LOST', true],
    ['Client has encountered a connection error and is not queryable', undefined, 'CONNECTION_LOST', true],
    ['self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'CONNECT_TLS', false],
    ['altnames', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CONNECT_TLS', false],
    ['certificate has expired', 'CERT_HAS_EXPIRED', 'CONNECT_TLS', false],
    ['wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER', 'CONNECT_TLS', false],
    ['The server does not support SSL connections', undefined, 'CONNECT_TLS', false],
    ['Client network socket disconnected before secure TLS connection was established', 'ECONNRESET', 'CONNECT_TLS', false],
    ['password authentication failed for user "u"', '28P01', 'AUTHENTICATION_FAILED', false],
    ['no pg_hba.conf entry for host', '28000', 'AUTHENTICATION_FAILED', false],
    ['SASL: SCRAM-SERVER-FIRST-MESSAGE: server signature is missing', undefined, 'AUTHENTICATION_FAILED', false],
    ['database "d" does not exist', '3D000', 'DATABASE_MISSING', false],
    ['sorry, too many clients already', '53300', 'SOURCE_QUERY_FAILED', true],
    ['number of requested standby connections exceeds max_wal_senders (currently 2)', '53300', 'NO_FREE_SENDER', true],
    ['terminating connection due to administrator command', '57P01', 'CONNECTION_LOST', true],
    ['terminating connection because of crash of another server process', '57P02', 'CONNECTION_LOST', true],
    ['the database system is starting up', '57P03', 'CONNECTION_LOST', true],
    ['the database was dropped', '57P04', 'DATABASE_MISSING', false],
    ['canceling statement due to statement timeout', '57014', 'QUERY_TIMEOUT', false],
    ['deadlock detected', '40P01', 'SOURCE_QUERY_FAILED', true],
    ['out of memory', '53200', 'SOURCE_QUERY_FAILED', true],
    ['connection failure', '08006', 'CONNECTION_LOST', true],
    ['replication slot "s" is active for PID 1', '55006', 'SLOT_IN_USE', true],
    ['replication slot "s" does not exist', '42704', 'SLOT_MISSING', false],
    ['publication "p" does not exist', '42704', 'PUBLICATION_CHANGED', false],
    ['type "t" does not exist', '42704', 'SOURCE_QUERY_FAILED', false],
    ['can no longer get changes from replication slot "s"', '55000', 'SLOT_LOST', false],
    ['can no longer access replication slot "s"', '55000', 'SLOT_LOST', false],
    ['logical decoding requires "wal_level" >= "logical"', '55000', 'WAL_LEVEL_NOT_LOGICAL', false],
    ['requested WAL segment 0000 has already been removed', '58P01', 'SLOT_LOST', false],
    ['all replication slots are in use', '53400', 'NO_FREE_SLOT', false],
    ['permission denied for table t', '42501', 'NO_SELECT_PRIVILEGE', false],
    ['permission denied to use replication slots', '42501', 'NO_REPLICATION_PRIVILEGE', false],
    ['relation "t" does not exist', '42P01', 'TABLE_MISSING', false],
    ['publication "p" already exists', '42710', 'PUBLICATION_NAME_TAKEN', false],
    ['replication slot "s" already exists', '42710', 'SLOT_NAME_TAKEN', false],
    ['syntax error at or near "x"', '42601', 'SOURCE_QUERY_FAILED', false],
    ['something new', undefined, 'SOURCE_QUERY_FAILED', false],
  ])('%s (%s)', (message, code, expected, isTransient) => {
    const error = failure(message, code)
    const fault = faultOfSourceError(error)
    expect(fault.code).toBe(expected)
    expect(fault.message).toMatch(/^[A-Z].*\.$/)
    expect(fault.advice).toMatch(/\S.*\.$/)
    expect(isTransientSourceError(error)).toBe(isTransient)
    expect(isTransientSourceError(fault)).toBe(isTransient)
  })

  test('a host with several addresses is named by the first of its failures', () => {
    const error = new AggregateError([failure('connect ECONNREFUSED ::1:1', 'ECONNREFUSED'), failure('x', 'ETIMEDOUT')])
    expect(faultOfSourceError(error).code).toBe('CONNECT_REFUSED')
  })
})

test('a value of a row never stands in a fault', () => {
  const conversion = failure('invalid input syntax for type integer: "hunter2"', '22P02')
  const duplicate = Object.assign(failure('duplicate key value', '23505'), { detail: 'Key (mail)=(hunter2) already exists.' })
  for (const error of [conversion, duplicate]) expect(JSON.stringify(faultOfSourceError(error).toFault())).not.toContain('hunter2')
})

test("the server's words about its own settings do stand in a fault", () => {
  expect(faultOfSourceError(failure('all replication slots are in use', '53400')).detail).toBe('all replication slots are in use (53400)')
})

test('a fault passes as it is', () => {
  const fault = new MillraceError({ code: 'CONNECTION_LOST', message: 'Gone.', advice: 'Wait.' })
  expect(faultOfSourceError(fault)).toBe(fault)
  expect(isTransientSourceError(fault)).toBe(true)
  expect(isTransientSourceError(new MillraceError({ code: 'SLOT_LOST', message: 'Gone.', advice: 'Copy.' }))).toBe(false)
})

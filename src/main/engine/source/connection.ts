import type { Socket } from 'node:net'
import { TLSSocket, type ConnectionOptions } from 'node:tls'
import pg from 'pg'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import { describeAddress } from './address.ts'
import { faultOfSourceError } from './faults.ts'
import { readTlsMaterial, tlsOptions, transportAttempts } from './tls.ts'

export interface ConnectOptions {
  /** What for, in a word: shown on the source as `millrace <purpose>` in pg_stat_activity. */
  purpose: string
  /** For the whole of it, second attempts included. Default 10 s. */
  connectTimeoutMs?: number
  /** Default: none, whatever the role's setting is. */
  statementTimeoutMs?: number
  /** How long an answer is waited for here, whether or not the server is still there. Default: for ever. */
  queryTimeoutMs?: number
  /** Every transaction refuses to write. */
  readOnly?: boolean
  /** A walsender connection, which speaks replication commands and simple queries. */
  replication?: boolean
  signal?: AbortSignal
}

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000
/** Well under the five minutes after which many firewalls forget a silent connection. */
const KEEPALIVE_DELAY_MS = 30_000

/** All our connections carry it in `application_name`, so that our own walsender is known again. */
export const applicationNamePrefix = 'millrace '

/** A `types` object for node-postgres whose values are the server's exact text. */
export const textTypes: pg.CustomTypesConfig = {
  getTypeParser: (() => (value: string) => value) as pg.CustomTypesConfig['getTypeParser'],
}

/**
 * What the text of a value depends on. A role or a database may have its own, and both COPY and
 * pgoutput would follow: https://www.postgresql.org/docs/current/config-setting.html
 *
 * `extra_float_digits` is 1, not 3: from server 12 any value above 0 gives the shortest text that
 * reads back as the same float. `lc_monetary` stays as the source has it, because only the source
 * knows what its `money` means. `row_security` off makes Postgres refuse instead of filtering.
 */
const textSettings: Readonly<Record<string, string>> = {
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  client_encoding: 'UTF8',
  xmloption: 'content',
  row_security: 'off',
}

/** A role's limits must not cut a copy, an exported snapshot or a quiet stream. */
const unlimited: Readonly<Record<string, string>> = {
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
}

function sessionSettings(options: ConnectOptions): Record<string, string> {
  return {
    ...textSettings,
    ...unlimited,
    statement_timeout: String(options.statementTimeoutMs ?? 0),
    ...(options.readOnly ? { default_transaction_read_only: 'on' } : {}),
  }
}

/**
 * `-c name=value …`, spaces and backslashes escaped: a walsender is given what its text depends on at
 * start-up already. Only settings that every server knows, for an unknown one would end the connection.
 */
function startupOptions(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`)
    .join(' ')
}

/** `transaction_timeout` is new in server 17, and may not be named at start-up before. */
function settingsStatement(settings: Readonly<Record<string, string>>): string {
  const wanted = Object.entries({ ...settings, transaction_timeout: '0' })
    .map(([name, value]) => `(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)})`)
    .join(', ')
  return (
    `SELECT pg_catalog.set_config(s.name, w.value, false) FROM (VALUES ${wanted}) AS w (name, value) ` +
    `JOIN pg_catalog.pg_settings AS s ON pg_catalog.lower(s.name) = w.name`
  )
}

/**
 * Opens a connection whose session settings are pinned, so that no setting of the role or the
 * database changes the text of a value. TLS follows `sslmode` for what it says.
 *
 * Throws a MillraceError: CONNECT_*, AUTHENTICATION_FAILED, PASSWORD_NEEDED, DATABASE_MISSING; and what
 * `signal` was aborted with, whatever else has happened by then. Later errors reject the queries that they
 * hit; a lost connection never becomes an unhandled error.
 */
export async function connectSource(address: SourceAddress, options: ConnectOptions): Promise<pg.Client> {
  const interruption = new Interruption()
  const timer = setTimeout(
    () => interruption.raise(new Error('timeout expired')),
    options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
  )
  const onAbort = (): void => interruption.raise(new Error('called off'))
  options.signal?.addEventListener('abort', onAbort, { once: true })
  if (options.signal?.aborted) onAbort()
  try {
    const material = await readTlsMaterial(address)
    const attempts = transportAttempts(address, material.rootCertificate !== null)
    for (const [index, attempt] of attempts.entries()) {
      try {
        return await connectOnce(address, options, tlsOptions(attempt, material), interruption)
      } catch (error) {
        if (index === attempts.length - 1 || !mayTryOtherwise(error)) throw error
      }
    }
    throw new RangeError('sslmode has no way to connect')
  } catch (error) {
    options.signal?.throwIfAborted()
    throw named(faultOfSourceError(error), address)
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', onAbort)
  }
}

/** The time is up, or the caller has called it off: cuts the attempt in hand, whichever it is. */
class Interruption {
  error: Error | null = null
  private socket: (() => Socket) | null = null

  raise(error: Error): void {
    this.error ??= error
    this.socket?.().destroy()
  }

  watch(socket: () => Socket): void {
    if (this.error) throw this.error
    this.socket = socket
  }
}

/** `prefer` and `allow` have a second way: taken where TLS itself, or pg_hba.conf's word on TLS, was in the way. */
function mayTryOtherwise(error: unknown): boolean {
  if ((error as { code?: unknown }).code === '28000') return true
  return faultOfSourceError(error).code === 'CONNECT_TLS'
}

function named(fault: MillraceError, address: SourceAddress): MillraceError {
  if (fault.code === 'PASSWORD_NEEDED') return fault
  const { code, message, advice, detail } = fault
  const where = describeAddress(address)
  return new MillraceError({ code, message: message.replace(/\.$/, ` (${where}).`), advice, detail }, { cause: fault.cause })
}

async function connectOnce(
  address: SourceAddress,
  options: ConnectOptions,
  ssl: false | ConnectionOptions,
  interruption: Interruption,
): Promise<pg.Client> {
  const settings = sessionSettings(options)
  const client = new pg.Client({
    host: address.host,
    port: address.port,
    user: address.user,
    database: address.database,
    // Always ours, so that node-postgres does not look for one in the environment on its own.
    password: () => {
      if (address.password) return address.password
      throw passwordNeeded(address)
    },
    ssl,
    application_name: applicationNamePrefix + options.purpose,
    query_timeout: options.queryTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_DELAY_MS,
    sslnegotiation: 'postgres',
    ...(options.replication ? { replication: 'database', options: startupOptions(textSettings) } : {}),
  } as pg.ClientConfig)

  // A connection may be lost between two queries; the next query is told, and nothing else should fall.
  client.on('error', () => {})
  try {
    interruption.watch(() => socketOf(client))
    await client.connect()
    await client.query(settingsStatement(settings))
    return client
  } catch (error) {
    socketOf(client).destroy()
    throw interruption.error ?? error
  }
}

function socketOf(client: pg.Client): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream
}

/** True where what we send travels encrypted, whatever the server behind a proxy sees of it. */
export function isEncrypted(client: pg.Client): boolean {
  return socketOf(client) instanceof TLSSocket
}

function passwordNeeded(address: SourceAddress): MillraceError {
  return new MillraceError({
    code: 'PASSWORD_NEEDED',
    message: `The source wants a password (${describeAddress(address)}).`,
    advice: 'Give it in the address, in PGPASSWORD, or in ~/.pgpass.',
  })
}

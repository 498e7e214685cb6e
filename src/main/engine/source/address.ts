// The tests and the hosts compile this file from zones of their own, which do not list the declaration.
/// <reference path="./pgpass.d.ts" />
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import passwordFile from 'pgpass/lib/helper.js'
import { parse as parseUrl } from 'pg-connection-string'
import { MillraceError } from '../../contract/errors.ts'
import { sslModeSchema, type SourceAddress } from '../../contract/source.ts'
import { parseKeywordString, parseService } from './keywordString.ts'

type Environment = Record<string, string | undefined>

/** libpq keyword -> environment variable, for what Millrace uses of an address. */
const environmentNames = {
  host: 'PGHOST',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  service: 'PGSERVICE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
} as const
type Keyword = keyof typeof environmentNames

/** Known to libpq and without weight here: Millrace sets its own, or Postgres' default serves. */
const ignoredKeywords = new Set([
  'application_name',
  'fallback_application_name',
  'client_encoding',
  'connect_timeout',
  'gssencmode',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
  'krbsrvname',
  'load_balance_hosts',
  'replication',
  'sslcompression',
  'sslnegotiation',
  'sslsni',
  'target_session_attrs',
  'tcp_user_timeout',
])

/** Settings that mean "it does not matter" are let through of keywords that are refused otherwise. */
const harmlessValues: Readonly<Record<string, readonly string[]>> = { channel_binding: ['prefer', 'disable'] }

function invalid(message: string, advice: string): MillraceError {
  return new MillraceError({ code: 'ADDRESS_INVALID', message, advice })
}

/**
 * Reads where a Postgres is from a URL (`postgres://` or `postgresql://`), a libpq keyword string
 * (`host=… port=…`), or, for an empty text, from libpq's environment variables alone. What is
 * missing comes from the service file, then the environment, then libpq's defaults.
 *
 * Throws ADDRESS_INVALID, whose text never holds the password. Anything that would weaken what the
 * address asks for (a keyword that is unknown or cannot be honoured) is refused, never passed over.
 *
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 */
export function parseSourceAddress(text: string, env: NodeJS.ProcessEnv = process.env): SourceAddress {
  const given = keywordsOf(text.trim())
  for (const [key, value] of given) refuseUnhonoured(key, value)

  const service = given.get('service') ?? env['PGSERVICE']
  const fromService = service ? readService(service, env) : new Map<string, string>()
  for (const [key, value] of fromService) refuseUnhonoured(key, value)
  const value = (key: Keyword): string | undefined =>
    given.get(key) || fromService.get(key) || env[environmentNames[key]] || undefined

  const user = value('user') ?? userInfo().username
  const sslmode = sslModeSchema.safeParse(value('sslmode') ?? 'prefer')
  if (!sslmode.success) {
    throw invalid('The sslmode of the address is none that Postgres knows.', `Use one of ${sslModeSchema.options.join(', ')}.`)
  }
  const host = value('host') ?? defaultHost()
  if (host.includes(',')) throw invalid('The address names several hosts.', 'Give the one host that shall be followed.')

  return {
    host,
    port: portOf(value('port')),
    database: value('dbname') ?? user,
    user,
    ...optional('password', value('password')),
    sslmode: sslmode.data,
    ...optional('sslrootcert', value('sslrootcert')),
    ...optional('sslcert', value('sslcert')),
    ...optional('sslkey', value('sslkey')),
  }
}

function optional<Key extends string>(key: Key, value: string | undefined): { [key in Key]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [key in Key]?: string }
}

function portOf(text: string | undefined): number {
  const port = Number(text ?? '5432')
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw invalid('The port of the address is no number from 1 to 65535.', 'Give one port, Postgres usually has 5432.')
  }
  return port
}

function refuseUnhonoured(key: string, value: string): void {
  if (key in environmentNames || ignoredKeywords.has(key) || harmlessValues[key]?.includes(value)) return
  throw invalid(
    `The address sets ${key}, which Millrace cannot honour.`,
    'Take it out of the address, or check its spelling.',
  )
}

/** libpq tries the socket folder that it was built with; the two that are in use are looked for. */
function defaultHost(): string {
  if (process.platform === 'win32') return 'localhost'
  const folders = ['/var/run/postgresql', '/tmp']
  return folders.find((folder) => existsSync(`${folder}/.s.PGSQL.5432`)) ?? 'localhost'
}

function keywordsOf(text: string): Map<string, string> {
  if (text === '') return new Map()
  if (/^postgres(ql)?:\/\//i.test(text)) return urlKeywords(text)
  const keywords = parseKeywordString(text)
  if (!keywords) {
    throw invalid(
      'The address is neither a URL nor a list of keyword=value.',
      'Write it as postgresql://user@host:5432/database or as host=… dbname=… user=….',
    )
  }
  return keywords
}

function urlKeywords(text: string): Map<string, string> {
  // Only the part before the parameters goes to the parser: it would read certificates from disk and
  // has its own idea of sslmode. libpq knows no fragment, so `#` is a character like others.
  const question = text.indexOf('?')
  const base = (question < 0 ? text : text.slice(0, question)).replaceAll('#', '%23').replaceAll(' ', '%20')
  const keywords = new Map<string, string>()
  try {
    if (/%(?![0-9a-f]{2})/i.test(base)) throw new URIError('a % that begins no code')
    const { host, port, user, password } = parseUrl(base)
    const database = /^[a-z]+:\/\/[^/]*\/(.*)$/i.exec(base)?.[1]
    if (host) keywords.set('host', host)
    if (port) keywords.set('port', port)
    if (user) keywords.set('user', user)
    if (password) keywords.set('password', password)
    if (database) keywords.set('dbname', decodeURIComponent(database))
  } catch {
    // The parser's error may quote the address, password and all: it is not kept as the cause.
    throw invalid(
      'The address is no valid URL.',
      'Write it as postgresql://user@host:5432/database, with @ : / ? % in user or password percent-encoded.',
    )
  }
  if (question >= 0) readParameters(text.slice(question + 1), keywords)
  return keywords
}

function readParameters(query: string, keywords: Map<string, string>): void {
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    try {
      const key = decodeURIComponent(equals < 0 ? pair : pair.slice(0, equals))
      const value = decodeURIComponent(equals < 0 ? '' : pair.slice(equals + 1))
      // JDBC's spelling, which libpq takes too.
      if (key === 'ssl' && value === 'true') keywords.set('sslmode', 'require')
      else keywords.set(key, value)
    } catch {
      throw invalid('A parameter of the address is badly percent-encoded.', 'Write % as %25.')
    }
  }
}

function readService(service: string, env: Environment): Map<string, string> {
  const files = [
    env['PGSERVICEFILE'] ?? join(env['HOME'] ?? homedir(), '.pg_service.conf'),
    ...(env['PGSYSCONFDIR'] ? [join(env['PGSYSCONFDIR'], 'pg_service.conf')] : []),
  ]
  for (const file of files) {
    if (!existsSync(file)) continue
    const section = parseService(readFileSync(file, 'utf8'), service)
    if (section) return section
  }
  throw invalid(`There is no service ${JSON.stringify(service)}.`, `Look for its section in ${files.join(' or ')}.`)
}

/**
 * Fills a missing password from PGPASSWORD, else from the password file (PGPASSFILE or ~/.pgpass);
 * the address stays as it is where neither has one.
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export async function withPassword(address: SourceAddress, env: NodeJS.ProcessEnv = process.env): Promise<SourceAddress> {
  if (address.password) return address
  const password = env['PGPASSWORD'] || (await readPasswordFile(address, env))
  return password ? { ...address, password } : address
}

async function readPasswordFile(address: SourceAddress, env: Environment): Promise<string | undefined> {
  const file = passwordFile.getFileName(env)
  const facts = await stat(file).catch(() => null)
  if (!facts?.isFile()) return undefined
  // As libpq does: a file that others may read is not used.
  if (process.platform !== 'win32' && (facts.mode & 0o077) !== 0) return undefined
  const { port, database, user } = address
  const host = address.host.startsWith('/') ? 'localhost' : address.host
  return new Promise((resolve) => {
    passwordFile.getPassword({ host, port, database, user }, createReadStream(file), resolve)
  })
}

/** `user@host:port/database`, without the password: fit for logs, titles and faults. */
export function describeAddress(address: SourceAddress): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return `${address.user}@${host}:${address.port}/${address.database}`
}

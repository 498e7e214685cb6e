import { MillraceError, type FaultCode } from '../../contract/errors.ts'

/** One row of the policy: what a failure is called, what to do about it, and whether waiting mends it. */
interface FaultPolicy {
  code: FaultCode
  message: string
  advice: string
  /** True where the same attempt may succeed later without anybody doing anything. */
  isTransient: boolean
}

const lost: FaultPolicy = {
  code: 'CONNECTION_LOST',
  message: 'The connection to the source was lost.',
  advice: 'Check that the source and the network between are up; Millrace goes on from its checkpoint when they are.',
  isTransient: true,
}
const unreachable: FaultPolicy = {
  code: 'CONNECT_TIMEOUT',
  message: 'The source did not answer in time.',
  advice: 'Check host and port, and that no firewall stands between; a sleeping cloud database may need a second try.',
  isTransient: true,
}
const refused: FaultPolicy = {
  code: 'CONNECT_REFUSED',
  message: 'Nothing accepts connections at this host and port.',
  advice: 'Check that Postgres runs there, listens on that address (listen_addresses) and that the port is right.',
  isTransient: true,
}
const hostUnknown: FaultPolicy = {
  code: 'CONNECT_HOST_UNKNOWN',
  message: 'The host name of the source is not known.',
  advice: 'Check the spelling of the host, and that this machine is online and on the right network or VPN.',
  isTransient: true,
}
const tls: FaultPolicy = {
  code: 'CONNECT_TLS',
  message: 'The encrypted connection to the source could not be made.',
  advice: 'Check the certificates and that the server has ssl on; sslmode=disable goes without encryption.',
  isTransient: false,
}
const wrongHostCertificate: FaultPolicy = {
  ...tls,
  message: 'The server proved to be another host than the one that was asked for.',
  advice: 'Use the host name that stands in its certificate, or sslmode=verify-ca if the name cannot match.',
}
const untrusted: FaultPolicy = {
  ...tls,
  message: 'The server showed a certificate that nobody trusted has signed.',
  advice: 'Give the certificate of the authority that signed it as sslrootcert, or use sslmode=require to encrypt unverified.',
}
const expired: FaultPolicy = {
  ...tls,
  message: 'The certificate of the server is not valid at this time.',
  advice: "Renew the server's certificate, and check that the clock of this machine is right.",
}

/** By the `code` of an error of Node: sockets, names, TLS. */
const byNodeCode: Readonly<Record<string, FaultPolicy>> = {
  ECONNREFUSED: refused,
  ENOENT: { ...refused, message: 'There is no Postgres socket in this folder.' },
  EACCES: { ...refused, message: 'The Postgres socket may not be opened by this user.', isTransient: false },
  ENOTFOUND: hostUnknown,
  EAI_AGAIN: hostUnknown,
  EAI_FAIL: hostUnknown,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  ENETDOWN: unreachable,
  EADDRNOTAVAIL: unreachable,
  ECONNRESET: lost,
  ECONNABORTED: lost,
  EPIPE: lost,
  EPROTO: tls,
  ERR_TLS_CERT_ALTNAME_INVALID: wrongHostCertificate,
  ERR_TLS_HANDSHAKE_TIMEOUT: unreachable,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  INVALID_CA: untrusted,
  CERT_UNTRUSTED: untrusted,
  CERT_REJECTED: untrusted,
  CERT_REVOKED: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_HAS_EXPIRED: expired,
  CERT_NOT_YET_VALID: expired,
}

const authentication: FaultPolicy = {
  code: 'AUTHENTICATION_FAILED',
  message: 'The source refused this user.',
  advice: 'Check user and password, and that pg_hba.conf lets this user in from this machine.',
  isTransient: false,
}
const goingDown: FaultPolicy = { ...lost, message: 'The source is shutting down or restarting.' }
const notReady: FaultPolicy = { ...lost, message: 'The source is starting up and takes no connections yet.' }
const crowded: FaultPolicy = {
  code: 'SOURCE_QUERY_FAILED',
  message: 'The source has no room for another connection.',
  advice: 'Close unused connections or raise max_connections; Millrace tries again.',
  isTransient: true,
}
const short: FaultPolicy = {
  code: 'SOURCE_QUERY_FAILED',
  message: 'The source ran short of memory, disk or another resource.',
  advice: "Look at the source's disk and memory; Millrace tries again.",
  isTransient: true,
}
const contended: FaultPolicy = {
  code: 'SOURCE_QUERY_FAILED',
  message: 'The source gave way to another session.',
  advice: 'Try again; if it stays, look for long locks in pg_locks.',
  isTransient: true,
}
const forbidden: FaultPolicy = {
  code: 'NO_SELECT_PRIVILEGE',
  message: 'The role may not do this on the source.',
  advice: 'Run `millrace doctor --sql` for the grants that it needs.',
  isTransient: false,
}
const queryFailed: FaultPolicy = {
  code: 'SOURCE_QUERY_FAILED',
  message: 'The source could not do what was asked.',
  advice: "Read the source's own words in the detail, or in its log.",
  isTransient: false,
}

/** By SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const bySqlState: Readonly<Record<string, FaultPolicy>> = {
  '28P01': { ...authentication, message: 'The source did not accept the password of this user.' },
  '28000': authentication,
  '3D000': {
    code: 'DATABASE_MISSING',
    message: 'The source has no database of this name.',
    advice: 'Check the name of the database; without one the name of the user is taken.',
    isTransient: false,
  },
  '53300': crowded,
  '57P01': goingDown,
  '57P02': goingDown,
  '57P03': notReady,
  '57P04': {
    code: 'DATABASE_MISSING',
    message: 'The database was dropped on the source.',
    advice: 'Choose another database.',
    isTransient: false,
  },
  '57P05': lost,
  '25P03': lost,
  '25P04': lost,
  '57014': {
    code: 'QUERY_TIMEOUT',
    message: 'The source ended the statement before it was done.',
    advice: 'Ask for less, or allow more time (statement_timeout).',
    isTransient: false,
  },
  '40001': contended,
  '40P01': contended,
  '55P03': { ...contended, message: 'A lock on the source could not be had in time.' },
  '55006': {
    code: 'SLOT_IN_USE',
    message: 'The replication slot is in use by another connection.',
    advice: 'Stop the other Millrace that follows with it; a connection that was cut is noticed within wal_sender_timeout.',
    isTransient: true,
  },
  '53400': {
    code: 'NO_FREE_SLOT',
    message: 'All replication slots of the source are taken.',
    advice: 'Drop an unused slot, or raise max_replication_slots and restart the source.',
    isTransient: false,
  },
  '42501': forbidden,
  '42P01': {
    code: 'TABLE_MISSING',
    message: 'The table is not on the source any more.',
    advice: 'Look whether it was dropped or renamed.',
    isTransient: false,
  },
  '42710': {
    code: 'SLOT_NAME_TAKEN',
    message: 'The name is already taken on the source.',
    advice: 'Choose another name with --slot and --publication, or drop the old one.',
    isTransient: false,
  },
  '58P01': {
    code: 'SLOT_LOST',
    message: 'The source has already removed the log that the slot needs.',
    advice: 'Copy the tables again; raise max_slot_wal_keep_size if it happens often.',
    isTransient: false,
  },
}

/** By the first two characters of the SQLSTATE, where no row above says it better. */
const bySqlStateClass: Readonly<Record<string, FaultPolicy>> = {
  '08': lost,
  '28': authentication,
  '53': short,
  '57': goingDown,
  '58': short,
}

/**
 * Where one SQLSTATE serves several failures, the server's words tell them apart. Servers that speak
 * another language fall back to the row of the SQLSTATE.
 */
const byWords: readonly { sqlState: string; words: RegExp; policy: FaultPolicy }[] = [
  {
    sqlState: '42704',
    words: /replication slot .* does not exist/,
    policy: {
      code: 'SLOT_MISSING',
      message: 'The replication slot is not on the source any more.',
      advice: 'Copy the tables again; without its slot the changes since the checkpoint are gone.',
      isTransient: false,
    },
  },
  {
    sqlState: '42704',
    words: /publication .* does not exist/,
    policy: {
      code: 'PUBLICATION_CHANGED',
      message: 'The publication is not on the source any more.',
      advice: 'Copy the tables again, which makes it anew.',
      isTransient: false,
    },
  },
  {
    sqlState: '42710',
    words: /publication/,
    policy: {
      code: 'PUBLICATION_NAME_TAKEN',
      message: 'The source already has a publication of this name.',
      advice: 'Choose another name with --publication, or drop the old one if nobody uses it.',
      isTransient: false,
    },
  },
  {
    sqlState: '55000',
    words: /wal_level/,
    policy: {
      code: 'WAL_LEVEL_NOT_LOGICAL',
      message: 'The source does not write a log that can be decoded.',
      advice: "Set wal_level = 'logical' and restart the source.",
      isTransient: false,
    },
  },
  {
    sqlState: '55000',
    words: /can no longer (get changes from|access) replication slot|cannot read from logical replication slot/,
    policy: {
      code: 'SLOT_LOST',
      message: 'The source has invalidated the replication slot.',
      advice: 'Copy the tables again; raise max_slot_wal_keep_size if it happens often.',
      isTransient: false,
    },
  },
  {
    sqlState: '42501',
    words: /replication|WAL sender/i,
    policy: {
      code: 'NO_REPLICATION_PRIVILEGE',
      message: 'The role may not use replication slots.',
      advice: 'Let a superuser run ALTER ROLE … REPLICATION for it.',
      isTransient: false,
    },
  },
  {
    sqlState: '53300',
    words: /max_wal_senders/,
    policy: {
      code: 'NO_FREE_SENDER',
      message: 'All WAL senders of the source are taken.',
      advice: 'End an unused standby or subscriber, or raise max_wal_senders and restart the source.',
      isTransient: true,
    },
  },
]

/** node-postgres and Node throw these without a code. */
const byMessage: readonly { words: RegExp; policy: FaultPolicy }[] = [
  { words: /^(timeout expired|Query read timeout)$/, policy: unreachable },
  { words: /Connection terminated|not queryable|Connection ended/, policy: lost },
  {
    words: /The server does not support SSL connections/,
    policy: {
      ...tls,
      message: 'The source does not offer an encrypted connection.',
      advice: "Switch on ssl in the source's configuration; sslmode=prefer goes on without encryption.",
    },
  },
  { words: /establishing an SSL connection|PEM|ssl|SSL/, policy: tls },
  { words: /^SASL/, policy: authentication },
]

/**
 * SQLSTATE classes whose messages name settings, roles and objects. The others (22 and 23 before
 * all) may quote a value of a row, so their words stay out of a fault.
 */
const classesWithoutValues = new Set(['08', '0A', '25', '28', '3D', '3F', '40', '42', '53', '54', '55', '57', '58', 'XX'])

interface CodedError {
  code?: unknown
  message?: unknown
  errors?: unknown
}

function isSqlState(code: unknown): code is string {
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')
}

function policyOf(error: unknown): FaultPolicy {
  const { code, message, errors } = (typeof error === 'object' && error !== null ? error : {}) as CodedError
  const text = typeof message === 'string' ? message : ''
  if (isSqlState(code)) {
    const told = byWords.find((row) => row.sqlState === code && row.words.test(text))
    return told?.policy ?? bySqlState[code] ?? bySqlStateClass[code.slice(0, 2)] ?? queryFailed
  }
  // Its code is ECONNRESET, but what failed is the handshake.
  if (/before secure TLS connection/.test(text)) return tls
  if (typeof code === 'string') {
    const known = byNodeCode[code]
    if (known) return known
    if (/^(ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|UNABLE_TO_|ERROR_IN_CERT)/.test(code)) return tls
  }
  // A host with several addresses fails with one error an address.
  if (Array.isArray(errors) && errors.length > 0) return policyOf(errors[0])
  return byMessage.find((row) => row.words.test(text))?.policy ?? queryFailed
}

function detailOf(error: unknown): string | undefined {
  const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as CodedError
  if (typeof message !== 'string' || message === '') return undefined
  if (!isSqlState(code)) return message
  return classesWithoutValues.has(code.slice(0, 2)) ? `${message} (${code})` : `SQLSTATE ${code}`
}

/**
 * Any error of the road to the source (Node's sockets, TLS, node-postgres, the server) as a fault
 * that a person can act on. A `MillraceError` passes unchanged. Never carries a row value.
 */
export function faultOfSourceError(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error
  const { code, message, advice } = policyOf(error)
  return new MillraceError({ code, message, advice, detail: detailOf(error) }, { cause: error })
}

/** Codes of faults that were made without an error of the source behind them. */
const transientCodes: ReadonlySet<FaultCode> = new Set([
  'CONNECT_REFUSED',
  'CONNECT_TIMEOUT',
  'CONNECT_HOST_UNKNOWN',
  'CONNECTION_LOST',
  'NO_FREE_SENDER',
  'SLOT_IN_USE',
  'TABLE_CHANGED',
  'MEMORY_SHORT',
])

/** True where trying again later may succeed without anybody doing anything. */
export function isTransientSourceError(error: unknown): boolean {
  if (error instanceof MillraceError) {
    return error.cause === undefined ? transientCodes.has(error.code) : policyOf(error.cause).isTransient
  }
  return policyOf(error).isTransient
}

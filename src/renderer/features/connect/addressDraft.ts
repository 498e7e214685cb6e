import type { SourceAddress, SslMode } from '../../../main/contract/source.ts'

/** The form's fields as they are typed; the port is text until it is read. */
export interface AddressDraft {
  host: string
  port: string
  database: string
  user: string
  password: string
  sslmode: SslMode
  sslrootcert: string
  sslcert: string
  sslkey: string
}

export const emptyDraft: AddressDraft = {
  host: '',
  port: '5432',
  database: '',
  user: '',
  password: '',
  sslmode: 'prefer',
  sslrootcert: '',
  sslcert: '',
  sslkey: '',
}

export function draftOf(address: SourceAddress): AddressDraft {
  return {
    host: address.host,
    port: String(address.port),
    database: address.database,
    user: address.user,
    password: address.password ?? '',
    sslmode: address.sslmode,
    sslrootcert: address.sslrootcert ?? '',
    sslcert: address.sslcert ?? '',
    sslkey: address.sslkey ?? '',
  }
}

export type DraftErrors = Partial<Record<keyof AddressDraft, string>>

export function draftErrors(draft: AddressDraft): DraftErrors {
  const errors: DraftErrors = {}
  if (draft.host.trim() === '') errors.host = 'Name the host, or paste a URL above.'
  const port = Number(draft.port)
  if (!/^\d+$/.test(draft.port.trim()) || port < 1 || port > 65_535) errors.port = '1 to 65535'
  if (draft.database.trim() === '') errors.database = 'Name the database.'
  if (draft.user.trim() === '') errors.user = 'Name the user.'
  return errors
}

/** The address that the form describes. Call it only where `draftErrors` is empty. */
export function addressOf(draft: AddressDraft): SourceAddress {
  const given = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim())
  return {
    host: draft.host.trim(),
    port: Number(draft.port),
    database: draft.database.trim(),
    user: draft.user.trim(),
    // A password may begin or end with a space.
    password: draft.password === '' ? undefined : draft.password,
    sslmode: draft.sslmode,
    sslrootcert: given(draft.sslrootcert),
    sslcert: given(draft.sslcert),
    sslkey: given(draft.sslkey),
  }
}

/** The pasted text without its password, which has its own field and must not stay in sight. */
export function withoutPassword(text: string): string {
  return text
    .replace(/^(\s*\w+:\/\/[^:/?#@\s]*):[^@\s]*@/, '$1@')
    .replace(/([?&])password=[^&\s]*&?/i, '$1')
    .replace(/(^|\s)password\s*=\s*(?:'(?:[^'\\]|\\.)*'|\S+)/i, '$1')
    .replace(/[?&]$/, '')
    .trim()
}

/** True where the text looks like something that `source.parse` reads, so it is not asked at each key. */
export function looksLikeAddress(text: string): boolean {
  return /^\s*postgres(?:ql)?:\/\/\S+/i.test(text) || /(?:^|\s)(?:host|hostaddr|dbname|user|service)\s*=/.test(text)
}

/** A name to start with: the database, and the host where that is not this machine. */
export function proposedName({ host, database }: AddressDraft): string {
  if (database.trim() === '') return ''
  const local = ['', 'localhost', '127.0.0.1', '::1'].includes(host.trim()) || host.startsWith('/')
  return local ? database.trim() : `${database.trim()}@${host.trim().split('.')[0]}`
}

/** What each mode does, as the field says it. https://www.postgresql.org/docs/current/libpq-ssl.html */
export const sslModes: Record<SslMode, string> = {
  disable: 'Never encrypted. Only for a server on this machine or behind a tunnel.',
  allow: 'Plain first, encrypted only where the server insists. Verifies nothing.',
  prefer: 'Encrypted where the server can, else plain. Verifies nothing.',
  require: 'Always encrypted. The server’s certificate is verified only where a root file is given.',
  'verify-ca': 'Always encrypted, and the certificate must come from a trusted authority.',
  'verify-full': 'Always encrypted, from a trusted authority, and made out for this very host.',
}

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress, SslMode } from '../../contract/source.ts'

/** How much of the server's certificate is proven: nothing, who signed it, also whom it names. */
export type Verification = 'none' | 'authority' | 'authority-and-host'

/** One way to try a connection; `null` verification means no TLS at all. */
export interface TransportAttempt {
  tls: boolean
  verification: Verification
}

const plain: TransportAttempt = { tls: false, verification: 'none' }
const encrypted: TransportAttempt = { tls: true, verification: 'none' }

/** https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS */
const attemptsByMode: Readonly<Record<SslMode, readonly TransportAttempt[]>> = {
  disable: [plain],
  allow: [plain, encrypted],
  prefer: [encrypted, plain],
  require: [encrypted],
  'verify-ca': [{ tls: true, verification: 'authority' }],
  'verify-full': [{ tls: true, verification: 'authority-and-host' }],
}

/**
 * What to try, in order. As libpq does, `require` with a root certificate verifies like `verify-ca`,
 * and a Unix socket knows no TLS.
 */
export function transportAttempts(
  address: Pick<SourceAddress, 'host' | 'sslmode'>,
  hasRootCertificate: boolean,
): readonly TransportAttempt[] {
  if (address.host.startsWith('/')) return [plain]
  if (address.sslmode === 'require' && hasRootCertificate) return attemptsByMode['verify-ca']
  return attemptsByMode[address.sslmode]
}

/** The PEM files that apply to an address; `null` where there is none. */
export interface TlsMaterial {
  /** `system`: the authorities that come with Node. */
  rootCertificate: string | 'system' | null
  certificate: string | null
  key: string | null
}

/**
 * Reads the files that the address names, else libpq's own in `~/.postgresql`. Throws CONNECT_TLS
 * where a named file cannot be read, or where `verify-ca` has nothing to verify against.
 * `verify-full` without a root certificate verifies against the public authorities that Node brings.
 */
export async function readTlsMaterial(
  address: SourceAddress,
  folder: string = join(homedir(), '.postgresql'),
): Promise<TlsMaterial> {
  if (address.sslmode === 'disable' || address.host.startsWith('/')) {
    return { rootCertificate: null, certificate: null, key: null }
  }
  const rootCertificate = address.sslrootcert === 'system' ? 'system' : await readPem(address.sslrootcert, folder, 'root.crt')
  if (rootCertificate === 'system' && address.sslmode !== 'verify-full') {
    throw fault(
      'sslrootcert=system trusts every public authority, which proves nothing without the host name.',
      'Use it with sslmode=verify-full.',
    )
  }
  if (address.sslmode === 'verify-ca' && rootCertificate === null) {
    throw fault(
      'sslmode=verify-ca needs the certificate of the authority to verify against.',
      'Give its file as sslrootcert, or put it at ~/.postgresql/root.crt.',
    )
  }
  return {
    rootCertificate: rootCertificate ?? (address.sslmode === 'verify-full' ? 'system' : null),
    certificate: await readPem(address.sslcert, folder, 'postgresql.crt'),
    key: await readPem(address.sslkey, folder, 'postgresql.key'),
  }
}

async function readPem(named: string | undefined, folder: string, usualName: string): Promise<string | null> {
  const path = named ?? join(folder, usualName)
  if (!named && !existsSync(path)) return null
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new MillraceError(
      {
        code: 'CONNECT_TLS',
        message: `The certificate file ${path} cannot be read.`,
        advice: 'Check its path and its permissions.',
      },
      { cause },
    )
  }
}

function fault(message: string, advice: string): MillraceError {
  return new MillraceError({ code: 'CONNECT_TLS', message, advice })
}

/** The `ssl` option of node-postgres, whose own reading of sslmode is not libpq's. */
export function tlsOptions(attempt: TransportAttempt, material: TlsMaterial): false | ConnectionOptions {
  if (!attempt.tls) return false
  const options: ConnectionOptions = { rejectUnauthorized: attempt.verification !== 'none' }
  if (attempt.verification !== 'none' && material.rootCertificate !== null && material.rootCertificate !== 'system') {
    options.ca = material.rootCertificate
  }
  if (attempt.verification !== 'authority-and-host') options.checkServerIdentity = () => undefined
  if (material.certificate !== null && material.key !== null) {
    options.cert = material.certificate
    options.key = material.key
  }
  return options
}

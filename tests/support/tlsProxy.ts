import { readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'

const folder = join(import.meta.dirname, 'tls')

/** Paths of the PEM files: who signed the proxy's certificate, and somebody who did not. */
export const authorityCertificate = join(folder, 'authority.crt')
export const strangerCertificate = join(folder, 'stranger.crt')

export interface TlsProxy {
  readonly port: number
  /** Connections that came in with TLS, and without. */
  readonly encrypted: number
  readonly plain: number
  close(): Promise<void>
}

const SSL_REQUEST_CODE = 80_877_103

/**
 * Stands before a Postgres without TLS and speaks it for it, as `ssl = on` would.
 * A start-up without TLS passes through as it is.
 */
export async function openTlsProxy(target: { host: string; port: number }): Promise<TlsProxy> {
  const key = readFileSync(join(folder, 'server.key'))
  const cert = readFileSync(join(folder, 'server.crt'))
  const sockets = new Set<Socket>()
  const counts = { encrypted: 0, plain: 0 }

  const carry = (near: Socket, first: Buffer | null) => {
    const far = connect(target)
    sockets.add(far)
    if (first) far.write(first)
    near.pipe(far).pipe(near)
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      socket.on('error', () => other.destroy())
      socket.on('close', () => other.destroy())
    }
  }
  const server = createServer((near) => {
    sockets.add(near)
    near.on('error', () => near.destroy())
    near.once('data', (first) => {
      if (first.length === 8 && first.readUInt32BE(4) === SSL_REQUEST_CODE) {
        counts.encrypted += 1
        near.write('S')
        carry(new TLSSocket(near, { isServer: true, key, cert }), null)
      } else {
        counts.plain += 1
        carry(near, first)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the proxy has no port')
  return {
    port: address.port,
    get encrypted() {
      return counts.encrypted
    },
    get plain() {
      return counts.plain
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

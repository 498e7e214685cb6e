import { createServer, connect, type Socket } from 'node:net'

/** Stands between a client and a server, and can do to their connections what networks do. */
export interface TcpProxy {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Connections open now, and since the start. */
  readonly open: number
  readonly accepted: number
  /** Bytes passed from the server to the clients. */
  readonly bytesDown: number
  /** Ends every connection with a reset; new ones are let in. */
  cut(): void
  /** Passes nothing on any more, in either direction, and closes nothing: a network that swallows. */
  pause(): void
  resume(): void
  /** New connections are reset at once, until `accept`. */
  refuse(): void
  accept(): void
  /** Every piece waits so long before it is passed on; 0 is none. */
  delay(delayMs: number): void
  close(): Promise<void>
}

interface Pair {
  near: Socket
  far: Socket
}

/** Opens a proxy on a free port of 127.0.0.1 to the given server. */
export async function openTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  let paused = false
  let refusing = false
  let delayMs = 0
  let accepted = 0
  let bytesDown = 0

  const carry = (from: Socket, to: Socket, passed: (bytes: number) => void) => {
    let last = Promise.resolve()
    from.on('data', (piece) => {
      const pass = () => {
        passed(piece.length)
        if (!to.destroyed && !to.write(piece)) {
          from.pause()
          to.once('drain', () => {
            if (!paused) from.resume()
          })
        }
      }
      if (delayMs === 0) {
        // Behind any pieces that still wait, so that bytes keep their order.
        void (last = last.then(pass))
        return
      }
      const wait = new Promise<void>((resolve) => setTimeout(resolve, delayMs))
      last = Promise.all([last, wait]).then(pass)
    })
    from.on('end', () => void last.then(() => to.end()))
  }

  const server = createServer({ allowHalfOpen: true }, (near) => {
    accepted += 1
    if (refusing) {
      near.resetAndDestroy()
      return
    }
    const far = connect({ ...target, allowHalfOpen: true, noDelay: true })
    near.setNoDelay(true)
    const pair = { near, far }
    pairs.add(pair)
    carry(near, far, () => undefined)
    carry(far, near, (bytes) => (bytesDown += bytes))
    const end = () => {
      pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) {
      socket.on('error', end)
      socket.on('close', end)
      if (paused) socket.pause()
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the proxy has no port')

  const cut = () => {
    for (const { near, far } of pairs) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
    pairs.clear()
  }
  const eachSocket = (act: (socket: Socket) => void) => {
    for (const { near, far } of pairs) [near, far].forEach(act)
  }
  return {
    host: '127.0.0.1',
    port: address.port,
    get open() {
      return pairs.size
    },
    get accepted() {
      return accepted
    },
    get bytesDown() {
      return bytesDown
    },
    cut,
    pause() {
      paused = true
      eachSocket((socket) => socket.pause())
    },
    resume() {
      paused = false
      eachSocket((socket) => socket.resume())
    },
    refuse() {
      refusing = true
    },
    accept() {
      refusing = false
    },
    delay(ms) {
      delayMs = ms
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      cut()
      await closed
    },
  }
}

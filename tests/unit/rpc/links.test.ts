import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import { implement } from '@orpc/server'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { contract } from '../../../src/main/contract/index.ts'
import { MillraceError } from '../../../src/main/contract/errors.ts'
import type { Comparison } from '../../../src/main/contract/compare.ts'
import { createClient } from '../../../src/main/rpc/client.ts'
import type { Link } from '../../../src/main/rpc/link.ts'
import { messagePortLink } from '../../../src/main/rpc/messagePortLink.ts'
import { serveLink } from '../../../src/main/rpc/server.ts'
import type { EngineRouter } from '../../../src/main/rpc/server.ts'
import { webSocketLink } from '../../../src/main/rpc/webSocketLink.ts'
import { recordingLogger } from '../../support/logger.ts'
import { until } from '../../support/until.ts'

const comparison: Comparison = {
  state: 'running',
  runsWanted: 3,
  runs: [],
  summaries: [],
  ratio: null,
  differenceIsReal: null,
  answer: null,
  comparable: null,
  workDone: [],
  conditions: [],
  fault: null,
  faultEngine: null,
}

/** A router of the real contract, with just the procedures that the promises below need. */
function routerUnderTest() {
  const on = implement(contract)
  const seen = { aborted: 0, returned: 0, given: 0 }
  const procedures = {
    app: {
      info: on.app.info.handler(() => {
        throw new Error('secret words of a bug')
      }),
    },
    query: {
      cell: on.query.cell.handler(({ input }) => ({ cell: `12345678901234567890.${input.row}` })),
      progress: on.query.progress.handler(() => {
        throw new MillraceError({
          code: 'QUERY_UNKNOWN',
          message: 'That result is closed.',
          advice: 'Run it again.',
          place: { offset: 7, length: 2 },
        })
      }),
      cancel: on.query.cancel.handler(async ({ signal }) => {
        await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
        seen.aborted += 1
        return { cancelled: true }
      }),
    },
    compare: {
      run: on.compare.run.handler(async function* ({ input, signal }) {
        try {
          for (;;) {
            if (input.sql === 'fail' && seen.given === 2) {
              throw new MillraceError({ code: 'QUERY_FAILED', message: 'It failed.', advice: 'Mend it.' })
            }
            seen.given += 1
            yield comparison
            if (seen.given >= 2 && input.sql !== 'fail') {
              await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
              return
            }
          }
        } finally {
          seen.returned += 1
        }
      }),
    },
  }
  return { router: procedures as unknown as EngineRouter, seen }
}

interface Pair {
  client: Link
  server: Link
  closeClient(): void
  closeServer(): void
  close(): Promise<void>
}

async function messageChannelPair(): Promise<Pair> {
  const { port1, port2 } = new MessageChannel()
  return {
    client: messagePortLink(port1 as unknown as MessagePort),
    server: messagePortLink(port2 as unknown as MessagePort),
    closeClient: () => port1.close(),
    closeServer: () => port2.close(),
    close: async () => port1.close(),
  }
}

async function webSocketPair(): Promise<Pair> {
  const listener = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  const clientSocket = new WebSocket(`ws://127.0.0.1:${port}`)
  const [serverSocket] = (await once(listener, 'connection')) as [WebSocket]
  return {
    client: webSocketLink(clientSocket),
    server: webSocketLink(serverSocket),
    closeClient: () => clientSocket.close(),
    closeServer: () => serverSocket.terminate(),
    async close() {
      clientSocket.terminate()
      serverSocket.terminate()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

describe.each([
  ['a MessageChannel', messageChannelPair],
  ['a WebSocket', webSocketPair],
])('a client and a server over %s', (_name, makePair) => {
  async function connected() {
    const pair = await makePair()
    open.push(pair.close)
    const { router, seen } = routerUnderTest()
    const logger = recordingLogger()
    serveLink(pair.server, router, { logger })
    return { pair, seen, lines: logger.lines, client: createClient(pair.client) }
  }

  it('answers a call, and text crosses exactly', async () => {
    const { client } = await connected()
    expect(await client.query.cell({ queryId: 'a', row: 7, column: 0 })).toEqual({ cell: '12345678901234567890.7' })
  })

  it('brings a failure as the MillraceError that was thrown, place and advice with it', async () => {
    const { client, lines } = await connected()
    const failure = await client.query.progress({ queryId: 'a' }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MillraceError)
    expect((failure as MillraceError).toFault()).toEqual({
      code: 'QUERY_UNKNOWN',
      message: 'That result is closed.',
      advice: 'Run it again.',
      place: { offset: 7, length: 2 },
    })
    expect(lines).toEqual([])
  })

  it("tells a bug as INTERNAL without its words, and logs it in full on the engine's side", async () => {
    const { client, lines } = await connected()
    const failure = await client.app.info().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'INTERNAL' })
    expect(JSON.stringify((failure as MillraceError).toFault())).not.toContain('secret words')
    expect(JSON.stringify(lines)).toContain('secret words')
  })

  it('refuses an input that the contract does not know as INPUT_INVALID, naming its place and no value', async () => {
    const { client } = await connected()
    const failure = await client.query.cell({ queryId: 'hidden', row: -1, column: 0 }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'INPUT_INVALID' })
    expect((failure as MillraceError).detail).toContain('row')
    expect((failure as MillraceError).detail).not.toContain('hidden')
  })

  it('streams an event iterator, and closing it reaches the server', async () => {
    const { client, seen } = await connected()
    const iterator = await client.compare.run({ sql: 'x', runs: 3 })
    expect((await iterator.next()).value).toEqual(comparison)
    expect((await iterator.next()).value).toEqual(comparison)
    await iterator.return?.(undefined)
    await until('the iterator is returned on the server', () => seen.returned === 1)
  })

  it('brings a failure in the middle of an iterator as the MillraceError that was thrown', async () => {
    const { client } = await connected()
    const iterator = await client.compare.run({ sql: 'fail', runs: 3 })
    await iterator.next()
    await iterator.next()
    await expect(iterator.next()).rejects.toMatchObject({ name: 'MillraceError', code: 'QUERY_FAILED' })
  })

  it('aborts on the server what a closed window had asked for', async () => {
    const { client, seen, pair } = await connected()
    const call = client.query.cancel({ queryId: 'a' }).catch((error: unknown) => error)
    const iterator = await client.compare.run({ sql: 'x', runs: 3 })
    await iterator.next()
    pair.closeClient()
    await until('the server lets go', () => seen.aborted === 1 && seen.returned === 1)
    expect(await call).toMatchObject({ code: 'CONNECTION_LOST' })
  })

  it('ends every call and iterator of the client when the server goes away', async () => {
    const { client, pair } = await connected()
    const call = client.query.cancel({ queryId: 'a' }).catch((error: unknown) => error)
    const iterator = await client.compare.run({ sql: 'x', runs: 3 })
    await iterator.next()
    await iterator.next()
    const third = iterator.next().catch((error: unknown) => error)
    pair.closeServer()
    expect(await call).toMatchObject({ code: 'CONNECTION_LOST' })
    expect(await third).toMatchObject({ code: 'CONNECTION_LOST' })
    await expect(client.query.cell({ queryId: 'a', row: 0, column: 0 })).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
    })
  })

  it('outlives messages that are none of ours', async () => {
    const { client, pair } = await connected()
    for (const message of ['', '{', '{"i":1}', '{"i":"1","t":3}', '[]', 'null', '{"i":"9","p":{"u":"/nowhere"}}']) {
      pair.client.send(message)
    }
    expect(await client.query.cell({ queryId: 'a', row: 1, column: 0 })).toEqual({ cell: '12345678901234567890.1' })
  })
})

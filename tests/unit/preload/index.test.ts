import { beforeEach, describe, expect, it, vi } from 'vitest'
import { CONNECT_CHANNEL, LINK_CHANNEL } from '../../../src/main/rpc/electronChannels.ts'

const standIn = vi.hoisted(() => ({
  exposed: {} as Record<string, unknown>,
  listeners: new Map<string, (event: { ports: unknown[] }) => void>(),
  sent: [] as string[],
}))

vi.mock('electron', () => ({
  contextBridge: {
    exposeInMainWorld: (name: string, value: unknown) => {
      standIn.exposed[name] = value
    },
  },
  ipcRenderer: {
    on: (channel: string, listener: (event: { ports: unknown[] }) => void) => standIn.listeners.set(channel, listener),
    send: (channel: string) => standIn.sent.push(channel),
  },
}))

interface ExposedLink {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
}

const received = async (from: MessagePort): Promise<unknown> =>
  new Promise((resolve) => {
    from.onmessage = (event) => resolve(event.data)
  })

describe('the preload', () => {
  let link: ExposedLink
  beforeEach(async () => {
    vi.resetModules()
    standIn.sent.length = 0
    await import('../../../src/preload/index.ts')
    link = standIn.exposed.millrace as ExposedLink
  })

  const give = (port: MessagePort): void => standIn.listeners.get(LINK_CHANNEL)?.({ ports: [port] })

  it('exposes one link and nothing else', () => {
    expect(Object.keys(standIn.exposed)).toEqual(['millrace'])
    expect(Object.keys(link).sort()).toEqual(['onClose', 'onMessage', 'send'])
  })

  it('asks for a port at the first use, once, and sends what was said before it came', async () => {
    expect(standIn.sent).toEqual([])
    link.onMessage(() => {})
    link.send('first')
    expect(standIn.sent).toEqual([CONNECT_CHANNEL])
    const { port1, port2 } = new MessageChannel()
    const first = received(port2)
    give(port1)
    expect(await first).toBe('first')
    port2.close()
  })

  it('hands over what comes, without the event that brought it', async () => {
    const { port1, port2 } = new MessageChannel()
    const message = new Promise((resolve) => link.onMessage(resolve))
    give(port1)
    port2.postMessage('hello')
    expect(await message).toBe('hello')
    port2.close()
  })

  it('tells its end, and is as new afterwards', async () => {
    const { port1, port2 } = new MessageChannel()
    link.onMessage(() => {})
    const closed = new Promise<void>((resolve) => link.onClose(resolve))
    give(port1)
    port2.close()
    await closed
    link.onMessage(() => {})
    expect(standIn.sent).toEqual([CONNECT_CHANNEL, CONNECT_CHANNEL])
  })

  it('carries text and bytes only', () => {
    expect(() => link.send({ any: 'object' })).toThrow(TypeError)
  })
})

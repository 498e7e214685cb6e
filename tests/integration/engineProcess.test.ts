import { EventEmitter } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { ToEngine, ToMain } from '../../src/main/hosts/electron/messages.ts'
import { createClient } from '../../src/main/rpc/client.ts'
import { messagePortLink } from '../../src/main/rpc/messagePortLink.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import type { TemporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

// Electron's engine process, with the engine in it, in a plain Node process: what stands in is the
// port to the main process alone. Promises are told in the order of its life.

class StandInParentPort extends EventEmitter {
  readonly heard: ToMain[] = []
  postMessage(message: ToMain): void {
    this.heard.push(message)
  }
  say(message: ToEngine | string, ports: unknown[] = []): void {
    this.emit('message', { data: message, ports })
  }
  has(kind: ToMain['kind']): boolean {
    return this.heard.some((message) => message.kind === kind)
  }
}

let folder: TemporaryFolder
const main = new StandInParentPort()
const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never)

beforeAll(async () => {
  folder = await temporaryFolder('millrace-engine-process')
  Object.assign(process, { parentPort: main })
  await import('../../src/main/hosts/electron/engineProcess.ts')
})

afterAll(async () => {
  exit.mockRestore()
  await folder.remove()
})

it('opens the engine when it is told to, and bears messages that it does not know', async () => {
  main.say('nonsense')
  main.say({ kind: 'open', dataFolder: folder.path, version: '9.9.9', secretsLast: false, secretsNote: 'a note' })
  await until('the engine is ready', () => main.has('ready'))
})

it('serves the contract over the port that it is given', async () => {
  const { port1, port2 } = new MessageChannel()
  main.say({ kind: 'link' }, [port1])
  const client = createClient(messagePortLink(port2))
  expect(await client.app.info()).toMatchObject({ host: 'electron', version: '9.9.9', keepsSecrets: false, secretsNote: 'a note' })
  port2.close()
})

it('has the main process ask where an export goes', async () => {
  const { port1, port2 } = new MessageChannel()
  main.say({ kind: 'link' }, [port1])
  const client = createClient(messagePortLink(port2))
  const chosen = client.export.chooseFile({ path: '/home/ann/result.csv' })
  const asked = await until('the question arrives', () => main.heard.find((message) => message.kind === 'chooseFile'))
  expect(asked.path).toBe('/home/ann/result.csv')
  main.say({ kind: 'chosenFile', id: asked.id, path: '/home/ann/orders.csv' })
  expect(await chosen).toEqual({ path: '/home/ann/orders.csv' })
  port2.close()
})

it('closes what it has open, says so, and ends without an error', async () => {
  main.say({ kind: 'close' })
  await until('it has closed', () => main.has('closed'), { timeoutMs: 30_000 })
  expect(exit).toHaveBeenCalledWith(0)
})

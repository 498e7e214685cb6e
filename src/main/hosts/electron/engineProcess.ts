import { join } from 'node:path'
import { openEngine } from '../../engine/engine.ts'
import type { Engine } from '../../engine/engine.ts'
import type { ChooseFile, Host, SecretStore } from '../../engine/ports.ts'
import { messagePortLink } from '../../rpc/messagePortLink.ts'
import { serveLink } from '../../rpc/server.ts'
import { systemClock } from '../clock.ts'
import { fileWriter, jsonLogger, logLevelOf } from '../logger.ts'
import { preparePaths } from '../paths.ts'
import { toEngineSchema } from './messages.ts'
import type { ToEngine, ToMain } from './messages.ts'
import { createQuestions } from './questions.ts'

// The entry of Electron's utility process: it loads the engine, and links each window's port to it.

const main = process.parentPort
const say = (message: ToMain): void => main.postMessage(message)

/** Secrets live in the main process, where safeStorage is. */
function remoteSecrets(lasting: boolean, note: string | null): SecretStore & { answer(message: ToEngine): void } {
  const questions = createQuestions<string | null>()
  const ask = (action: 'get' | 'set' | 'delete', name: string, secret?: string): Promise<string | null> =>
    questions.ask((id) => say({ kind: 'secret', id, action, name, ...(secret === undefined ? {} : { secret }) }))
  return {
    lasting,
    note,
    get: (name) => ask('get', name),
    set: async (name, secret) => void (await ask('set', name, secret)),
    delete: async (name) => void (await ask('delete', name)),
    answer(message) {
      if (message.kind !== 'secret') return
      if (message.failed) questions.fail(message.id, new Error('the keychain refused'))
      else questions.answer(message.id, message.secret)
    },
  }
}

/** The dialogs of the system belong to the main process too. */
const chosenFiles = createQuestions<string | null>()
const chooseFile: ChooseFile = (path) => chosenFiles.ask((id) => say({ kind: 'chooseFile', id, path }))

interface Running {
  engine: Engine
  host: Host
  secrets: ReturnType<typeof remoteSecrets>
  close(): Promise<void>
}

async function open(message: Extract<ToEngine, { kind: 'open' }>): Promise<Running> {
  const { remove, ...paths } = await preparePaths(message.dataFolder)
  const secrets = remoteSecrets(message.secretsLast, message.secretsNote)
  const logFile = fileWriter(join(paths.dataFolder, 'logs', 'millrace.log'))
  const logger = jsonLogger(systemClock, logLevelOf(process.env.MILLRACE_LOG, 'info'), logFile)
  const { version } = message
  const host: Host = { kind: 'electron', chooseFile, clock: systemClock, logger, secrets, paths, version }
  const engine = await openEngine(host)
  // The window shows how the last workspace, or the demo, comes up, or why it does not.
  engine.openLast().catch((error: unknown) => logger.warn('the last workspace could not be opened', { error }))
  return { engine, host, secrets, close: () => engine.close().finally(remove) }
}

let running: Promise<Running> | null = null

async function close(): Promise<void> {
  const opened = await running?.catch(() => null)
  await opened?.close()
}

main.on('message', ({ data, ports }) => {
  const message = toEngineSchema.safeParse(data)
  if (!message.success) return
  switch (message.data.kind) {
    case 'open':
      running ??= open(message.data)
      running.then(
        () => say({ kind: 'ready' }),
        // Main sees the end and starts anew, or tells that it cannot.
        () => process.exit(1),
      )
      return
    case 'link': {
      const [port] = ports
      if (!port) return
      void running?.then(({ engine, host }) => serveLink(messagePortLink(port), engine.router, { logger: host.logger }))
      return
    }
    case 'secret':
      void running?.then(({ secrets }) => secrets.answer(message.data))
      return
    case 'chosenFile':
      chosenFiles.answer(message.data.id, message.data.path)
      return
    case 'close':
      void close().finally(() => {
        say({ kind: 'closed' })
        process.exit(0)
      })
  }
})

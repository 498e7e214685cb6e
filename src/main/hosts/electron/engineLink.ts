import { join } from 'node:path'
import { MessageChannelMain, utilityProcess } from 'electron'
import type { UtilityProcess, WebContents } from 'electron'
import { LINK_CHANNEL } from '../../rpc/electronChannels.ts'
import { toMainSchema } from './messages.ts'
import type { ToEngine } from './messages.ts'
import type { SafeSecrets } from './secrets.ts'

/** The engine in a process of its own, so that no decode and no query can freeze the window. */
export interface EngineLink {
  /** Gives the page one end of a new channel to the engine. */
  connect(contents: WebContents): void
  /** Resolves when the engine process has ended by itself. */
  readonly ended: Promise<number>
  /** Asks it to stop, and ends it where it does not within 3 s. */
  close(): Promise<void>
}

const CLOSE_WITHIN_MS = 3_000

export interface EngineLinkOptions {
  outFolder: string
  dataFolder: string
  version: string
  secrets: SafeSecrets
  /** Shows the system's dialog; null where it is closed without a choice. */
  chooseFile(suggestedPath: string): Promise<string | null>
}

export function startEngineProcess({ outFolder, dataFolder, version, secrets, chooseFile }: EngineLinkOptions): EngineLink {
  const child: UtilityProcess = utilityProcess.fork(join(outFolder, 'main/engineProcess.js'), [], {
    serviceName: 'Millrace engine',
    stdio: 'inherit',
  })
  const ended = new Promise<number>((resolve) => child.once('exit', resolve))
  const say = (message: ToEngine): void => child.postMessage(message)

  child.on('message', (received: unknown) => {
    const message = toMainSchema.safeParse(received)
    if (!message.success) return
    if (message.data.kind === 'secret') void answerSecret(message.data)
    if (message.data.kind === 'chooseFile') void answerFile(message.data)
  })

  async function answerSecret(asked: { id: number; action: string; name: string; secret?: string }): Promise<void> {
    const { id, name } = asked
    try {
      if (asked.action === 'set') await secrets.set(name, asked.secret ?? '')
      if (asked.action === 'delete') await secrets.delete(name)
      const secret = asked.action === 'get' ? await secrets.get(name) : null
      say({ kind: 'secret', id, secret, failed: false })
    } catch {
      say({ kind: 'secret', id, secret: null, failed: true })
    }
  }

  async function answerFile({ id, path }: { id: number; path: string }): Promise<void> {
    say({ kind: 'chosenFile', id, path: await chooseFile(path).catch(() => null) })
  }

  say({ kind: 'open', dataFolder, version, secretsLast: secrets.lasting, secretsNote: secrets.note })

  return {
    ended,
    connect(contents) {
      const { port1, port2 } = new MessageChannelMain()
      child.postMessage({ kind: 'link' } satisfies ToEngine, [port1])
      contents.postMessage(LINK_CHANNEL, null, [port2])
    },
    async close() {
      say({ kind: 'close' })
      const timer = setTimeout(() => child.kill(), CLOSE_WITHIN_MS)
      await ended
      clearTimeout(timer)
    },
  }
}

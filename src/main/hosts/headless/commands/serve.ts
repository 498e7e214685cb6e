import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { MillraceError, faultOf } from '../../../contract/errors.ts'
import { openEngine } from '../../../engine/engine.ts'
import type { Engine } from '../../../engine/engine.ts'
import { serveLink } from '../../../rpc/server.ts'
import { webSocketLink } from '../../../rpc/webSocketLink.ts'
import { faultLine } from '../invocation.ts'
import type { Declare, Invocation, Outcome } from '../invocation.ts'
import { openBrowser } from '../openBrowser.ts'
import { fileOption, sourceOption, wholeNumber } from '../options.ts'
import { startServer } from '../server.ts'
import { untilAborted } from '../untilAborted.ts'

interface ServeOptions {
  port?: number
  file?: string
  source?: string
  demo?: boolean
  open: boolean
}

/** `millrace` without a command is this too: the app's window in a browser. */
export function declareServe(program: Command, declare: Declare): void {
  declare<ServeOptions, []>(
    program
      .command('serve', { isDefault: true })
      .description('the app in a browser: on a file, on the demo, or on the last workspace (the demo where there is none)')
      .option('--port <number>', 'the port on 127.0.0.1 (default: any free one)', wholeNumber(0, 65_535))
      .option(fileOption[0], 'open this DuckDB file and follow its source')
      .option(...sourceOption)
      .option('--demo', 'open the embedded demo')
      .option('--no-open', 'do not open a browser'),
    serve,
  )
}

/** The built window beside the built engine: out/main/headless.js and out/renderer. */
function findRendererFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  for (const candidate of ['../renderer', '../../renderer', '../../../../../out/renderer']) {
    const folder = resolve(here, candidate)
    if (existsSync(resolve(folder, 'index.html')) && existsSync(resolve(folder, 'assets'))) return folder
  }
  throw new MillraceError({
    code: 'INTERNAL',
    message: 'The window was not built.',
    advice: 'Run `npm run build` in the checkout.',
  })
}

async function serve(invocation: Invocation, options: ServeOptions): Promise<Outcome> {
  const { signal } = invocation.terminal
  if (options.demo && (options.file !== undefined || options.source !== undefined)) {
    throw new MillraceError({
      code: 'USAGE',
      message: 'The demo has a source and a file of its own.',
      advice: 'Leave out --file and --source, or leave out --demo.',
    })
  }
  if (options.source !== undefined && options.file === undefined) {
    throw new MillraceError({
      code: 'USAGE',
      message: 'A source needs a file to be copied into.',
      advice: 'Name one with --file, or start without --source and connect in the window.',
    })
  }
  const address = options.file === undefined ? null : await invocation.resolveSource(options.source)
  const host = await invocation.openHost({ isApp: true, keepsSecrets: true })
  const engine = await openEngine(host)
  try {
    const server = await startServer({
      port: options.port ?? 0,
      rendererFolder: findRendererFolder(),
      logger: host.logger,
      takeDownload: (id) => engine.takeDownload(id),
      onSocket: (socket) => serveLink(webSocketLink(socket), engine.router, { logger: host.logger }),
    })
    try {
      const { url, port } = server
      const ready = invocation.json ? JSON.stringify({ ready: url, url, port }) : `ready ${url}`
      await invocation.terminal.write(`${ready}\n`)
      if (options.open) openBrowser(server.issueUrl())
      // The window is served at once and shows how the workspace comes up, or why it does not.
      const opening = openWorkspace(engine, options, address).catch((error: unknown) => {
        if (!signal.aborted) invocation.say(faultLine(faultOf(error)))
      })
      await untilAborted(signal)
      await Promise.race([opening, engine.close()])
    } finally {
      await server.close()
    }
  } finally {
    await engine.close()
  }
  return {}
}

async function openWorkspace(
  engine: Engine,
  options: ServeOptions,
  address: Awaited<ReturnType<Invocation['resolveSource']>> | null,
): Promise<void> {
  if (options.demo) return void (await engine.openDemo())
  if (options.file !== undefined && address) return void (await engine.openFile({ filePath: resolve(options.file), address }))
  await engine.openLast()
}

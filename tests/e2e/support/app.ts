import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { until } from '../../support/until.ts'

const root = resolve(import.meta.dirname, '../../..')

/** The built app as a person starts it, in a browser host of its own and with a home of its own. */
export interface App {
  url: string
  home: string
  /** Ends as Ctrl-C does, and answers how long that took. */
  stop(): Promise<number>
  /** As a crash does. */
  kill(): Promise<void>
  remove(): Promise<void>
}

export async function startApp(options: { args?: string[]; home?: string } = {}): Promise<App> {
  // Reachable by the account under which the demo's Postgres runs.
  const folder = options.home === undefined ? await temporaryFolder('millrace-e2e') : null
  const home = options.home ?? folder!.path
  const child: ChildProcess = spawn(
    process.execPath,
    [join(root, 'scripts/millrace.mjs'), 'serve', '--no-open', ...(options.args ?? [])],
    { env: { ...process.env, MILLRACE_HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<void>((done) => child.on('exit', () => done()))
  const ready = await until('the app says that it is ready', () => /^ready (\S+)$/m.exec(output)?.[1], {
    timeoutMs: 30_000,
  }).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw new Error(`the app did not start: ${output}`, { cause: error })
  })
  const app: App = {
    url: ready,
    home,
    async stop() {
      const startedMs = performance.now()
      child.kill('SIGTERM')
      await ended
      return performance.now() - startedMs
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async remove() {
      if (child.exitCode === null && child.signalCode === null) await app.stop()
      await folder?.remove()
    },
  }
  return app
}

/** Where the demo's Postgres is, and who may use it. */
async function addressOfDemo(home: string): Promise<{ host: string; port: number; user: string; password: string; database: string }> {
  const password = (await readFile(join(home, 'demo', 'password'), 'utf8')).trim()
  const { workspaces } = JSON.parse(await readFile(join(home, 'workspaces.json'), 'utf8'))
  const { host, port, user, database } = workspaces.find((workspace: { isDemo: boolean }) => workspace.isDemo).source
  return { host, port, user, password, database }
}

/** As somebody would paste it. */
export async function urlOfDemo(home: string): Promise<string> {
  const { host, port, user, password, database } = await addressOfDemo(home)
  return `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`
}

/** A connection to the demo's Postgres, as somebody beside Millrace has one. */
export async function connectToDemo(home: string): Promise<pg.Client> {
  const client = new pg.Client(await addressOfDemo(home))
  await client.connect()
  return client
}

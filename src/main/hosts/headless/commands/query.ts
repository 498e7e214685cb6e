import { resolve } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import { MillraceError } from '../../../contract/errors.ts'
import { writeTextFile, writeWhole } from '../../../engine/export/partialFile.ts'
import { textWriter } from '../../../engine/export/textFormats.ts'
import type { ResultWriter } from '../../../engine/export/textFormats.ts'
import { withFileReadOnly } from '../../../engine/fileStatus.ts'
import type { Declare, Invocation, Outcome } from '../invocation.ts'
import { fileOption } from '../options.ts'
import { prepareStatement } from '../replicaStatement.ts'
import type { ReplicaStatement } from '../replicaStatement.ts'
import { jsonObjectWriter, planWriter, tableWriter } from '../resultFormats.ts'

const formats = ['table', 'csv', 'json', 'parquet'] as const
type Format = (typeof formats)[number]

interface QueryOptions {
  file: string
  format?: Format
  output?: string
  json?: boolean
}

export function declareQuery(program: Command, declare: Declare): void {
  declare<QueryOptions, [sql: string]>(
    program
      .command('query')
      .description('run one statement that reads, on a file that no other process has open')
      .argument('<sql>', 'the statement')
      .requiredOption(...fileOption)
      .addOption(new Option('--format <format>', 'table, csv, json or parquet (default: table)').choices(formats))
      .option('--output <path>', 'write the result to this file')
      .addHelpText('after', `
Tables and views of your own, made in the app, are there as scratch.name.
Values are exact: in JSON a number stands without quotes only where every reader gets the very same
one (at most 15 significant digits); longer integers and decimals are quoted text. In CSV an empty
field is NULL and "" the empty string. --json prints {"columns", "rows", "rowCount"}.`),
    query,
  )
}

async function query(invocation: Invocation, options: QueryOptions, sql: string): Promise<Outcome> {
  const { signal } = invocation.terminal
  const format = options.format ?? (invocation.json ? 'json' : 'table')
  if (format === 'parquet' && options.output === undefined) {
    throw new MillraceError({
      code: 'USAGE',
      message: 'A Parquet file cannot be printed.',
      advice: 'Name a file with --output.',
    })
  }
  const host = await invocation.openHost()
  try {
    return await withFileReadOnly(host, resolve(options.file), signal, async (connection) => {
      const statement = await prepareStatement(connection, sql)
      if (options.output === undefined) {
        const writer = invocation.json ? jsonObjectWriter() : writerFor(format as Exclude<Format, 'parquet'>, statement)
        await writeRows(statement, writer, (text) => invocation.terminal.write(text), signal)
        return {}
      }
      const output = resolve(options.output)
      const rowCount = await writeFile(statement, format, output, signal)
      return { json: { output, format, rowCount, columns: statement.columns.map(({ name, type }) => ({ name, type })) }, text: `${rowCount} rows in ${output}` }
    })
  } catch (error) {
    // Our own interrupt comes back as a failed query.
    if (signal.aborted) throw stopped()
    throw error
  }
}

const plainly = { headers: true, tableName: 'result' }

const writers: Readonly<Record<Exclude<Format, 'parquet'>, () => ResultWriter>> = {
  table: tableWriter,
  csv: () => textWriter('csv', plainly),
  json: () => textWriter('json', plainly),
}

function writerFor(format: Exclude<Format, 'parquet'>, statement: ReplicaStatement): ResultWriter {
  // A plan is a drawing: as a cell it would be cut.
  return format === 'table' && statement.isPlan ? planWriter() : writers[format]()
}

function stopped(): MillraceError {
  return new MillraceError({ code: 'STOPPED', message: 'The query was stopped.', advice: 'Run it again when you like.' })
}

async function writeRows(
  statement: ReplicaStatement,
  writer: ResultWriter,
  write: (text: string) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  let rowCount = 0
  // Nothing is printed before the first rows are there: a failing statement leaves stdout clean.
  let head = writer.begin(statement.columns)
  for await (const rows of statement.read()) {
    if (signal.aborted) throw stopped()
    rowCount += rows.length
    await write(head + writer.rows(rows))
    head = ''
  }
  await write(head + writer.end(rowCount))
  return rowCount
}

async function writeFile(statement: ReplicaStatement, format: Format, output: string, signal: AbortSignal): Promise<number> {
  return writeWhole(output, (partial) =>
    format === 'parquet'
      ? statement.writeParquet(partial)
      : writeTextFile(partial, (sink) => writeRows(statement, writers[format](), (text) => sink.write(text), signal)),
  )
}

import { resolve } from 'node:path'
import type { Command } from 'commander'
import { MillraceError } from '../../../contract/errors.ts'
import type { LiveSnapshot } from '../../../contract/live.ts'
import { openSession } from '../../../engine/session.ts'
import type { ReplicaSession } from '../../../engine/session.ts'
import type { MaskRequest } from '../../../engine/masking/maskRequests.ts'
import type { Declare, Invocation, Outcome } from '../invocation.ts'
import { fileOption, masks, publicationName, slotName, sourceOption, tablePatterns } from '../options.ts'
import { watchProgress } from '../progress.ts'

interface SyncOptions {
  source?: string
  file: string
  tables?: string[]
  exclude?: string[]
  copyAgain?: string[]
  mask?: MaskRequest[]
  slot?: string
  publication?: string
  untilCaughtUp?: boolean
  follow: boolean
}

export function declareSync(program: Command, declare: Declare): void {
  declare<SyncOptions, []>(
    program
      .command('sync')
      .description('copy the tables if the file is new, resume from its checkpoint otherwise, then follow')
      .option(...sourceOption)
      .requiredOption(...fileOption)
      .option('--tables <patterns>', "what is followed, e.g. 'public.*,sales.orders' (default: all); added to an existing file", tablePatterns)
      .option('--exclude <patterns>', 'what is left out; its copy is dropped from an existing file', tablePatterns)
      .option('--copy-again <patterns>', "what of an existing file is copied again; '*' for all, also where the slot is lost", tablePatterns)
      .option(
        '--mask <columns>',
        "what of a column is never copied as it is: 'public.users.email=hash' (or null, redact; none takes a mask away)",
        masks,
      )
      .option('--slot <name>', 'the name of the replication slot of a new file', slotName)
      .option('--publication <name>', 'the name of the publication of a new file', publicationName)
      .option('--until-caught-up', 'exit 0 once everything committed before the call is durable in the file')
      .option('--no-follow', 'copy, catch up to the moment of the call, and stop'),
    sync,
  )
}

async function sync(invocation: Invocation, options: SyncOptions): Promise<Outcome> {
  const { signal } = invocation.terminal
  const address = await invocation.resolveSource(options.source)
  const host = await invocation.openHost()
  const session = await openSession(host, {
    filePath: resolve(options.file),
    address,
    ...(options.tables || options.exclude || options.copyAgain
      ? {
          tables: {
            include: options.tables ?? [],
            exclude: options.exclude ?? [],
            copyAgain: (options.copyAgain ?? []).map((pattern) => (pattern === '*' ? '*.*' : pattern)),
          },
        }
      : {}),
    ...(options.mask === undefined ? {} : { masks: options.mask }),
    ...(options.slot === undefined ? {} : { slotName: options.slot }),
    ...(options.publication === undefined ? {} : { publicationName: options.publication }),
  })
  const stopProgress = watchProgress(session, invocation)
  let last: LiveSnapshot
  try {
    if (options.untilCaughtUp === true || !options.follow) {
      await session.whenCaughtUp(signal)
      signal.throwIfAborted()
    } else {
      await untilStopped(session, signal)
    }
    last = session.live()
  } finally {
    stopProgress()
    await session.close()
  }
  refuseErroredTables(last)
  return { json: summaryOf(session, last), text: sentenceOf(last) }
}

/** Follows until the user stops it; throws what made the stream fail. */
async function untilStopped(session: ReplicaSession, signal: AbortSignal): Promise<void> {
  const stopped = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null)
    else signal.addEventListener('abort', () => resolve(null), { once: true })
  })
  const fault = await Promise.race([session.ended, stopped])
  if (fault) throw fault
}

/** A table that was parked is not in the file as the source has it: that is no success. */
function refuseErroredTables(live: LiveSnapshot): void {
  const errored = live.tables.filter((table) => table.state === 'errored')
  const [first] = errored
  if (!first) return
  const others = errored.length > 1 ? ` and ${errored.length - 1} more` : ''
  throw new MillraceError({
    code: 'TABLE_APPLY_FAILED',
    message: `Table ${first.schema}.${first.name}${others} could not be followed: ${first.reason ?? 'reason unknown'}`,
    advice: 'The other tables are up to date; `millrace status` tells the state of each.',
  })
}

function summaryOf(session: ReplicaSession, live: LiveSnapshot) {
  return {
    file: session.filePath,
    state: live.state,
    checkpointLsn: live.lag.checkpointLsn,
    sourceLsn: live.lag.sourceLsn,
    slot: live.slot?.name ?? null,
    fileBytes: live.fileBytes,
    tables: live.tables.map(({ schema, name, state, rows, reason, inserts, updates, deletes, truncates, textColumns, maskedColumns }) => ({
      schema,
      name,
      state,
      rows,
      reason,
      inserts,
      updates,
      deletes,
      truncates,
      textColumns,
      maskedColumns: maskedColumns ?? [],
    })),
  }
}

function sentenceOf(live: LiveSnapshot): string {
  const rows = live.tables.reduce((sum, table) => sum + table.rows, 0)
  return `${live.tables.length} tables, ${rows} rows, up to ${live.lag.checkpointLsn ?? 'no checkpoint yet'}`
}

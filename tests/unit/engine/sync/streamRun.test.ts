import type { DuckDBConnection } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MillraceError } from '../../../../src/main/contract/errors.ts'
import { createCopyStatement, publishCopyStatements } from '../../../../src/main/engine/apply/statements.ts'
import { defaultFlushLimits } from '../../../../src/main/engine/batch/flushPolicy.ts'
import { lsnFromBigint } from '../../../../src/main/engine/model/lsn.ts'
import type { SourceShape } from '../../../../src/main/engine/model/shape.ts'
import { ReplicaFile } from '../../../../src/main/engine/store/replicaFile.ts'
import { newFollowedTable } from '../../../../src/main/engine/sync/followedTables.ts'
import { StreamRun } from '../../../../src/main/engine/sync/streamRun.ts'
import { planTable } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { silentLogger } from '../../../support/logger.ts'
import { temporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts'
import { until } from '../../../support/until.ts'
import { Message } from '../pgoutputMessages.ts'
import { relation } from '../source/relation.ts'

const fault = new MillraceError({ code: 'CONNECTION_LOST', message: 'It is gone.', advice: 'Look.' })

let folder: TemporaryFolder
let file: ReplicaFile
let connection: DuckDBConnection
let run: StreamRun
let acknowledged: bigint[]
/** How the source's catalog answers: a batch in which the table has another shape waits for it. */
let answer: { with(shapes: ReadonlyMap<number, SourceShape>): void; fail(error: Error): void } | null

beforeEach(async () => {
  folder = await temporaryFolder()
  file = await ReplicaFile.open(folder.join('replica.duckdb'), { createdBy: 'test', temporaryFolder: folder.join('temporary') })
  connection = await file.connect()
  const plan = planTable(relation())
  await connection.run(createCopyStatement(plan))
  for (const statement of publishCopyStatements(plan)) await connection.run(statement)
  const table = { ...newFollowedTable(plan, null), state: 'ready' as const, snapshotLsn: lsnFromBigint(1n) }
  acknowledged = []
  answer = null
  run = new StreamRun({
    connection,
    tables: new Map([[plan.oid, table]]),
    checkpoint: { lsn: lsnFromBigint(1n), commitMicros: null, transactions: 0n, changes: 0n },
    folder: folder.path,
    limits: { ...defaultFlushLimits, flushIntervalMs: 1 },
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    logger: silentLogger,
    observer: { onApplied: () => {}, onProgress: () => {}, onSchemaOutcomes: () => {}, onNotice: () => {} },
    readShapes: () =>
      new Promise((resolve, reject) => {
        answer = { with: resolve, fail: reject }
      }),
    sourceLsn: () => null,
    maskKey: () => {
      throw new Error('nothing is masked')
    },
  })
  run.attach({
    pause: () => {},
    resume: () => {},
    sendStatus: (_received, durable) => void acknowledged.push(durable),
    stop: async () => {},
  })
})
afterEach(async () => {
  await run.stop(0)
  connection.closeSync()
  await file.close()
  await folder.remove()
})

function send(at: bigint, ...messages: Buffer[]): void {
  for (const message of [Message.begin(at, 0n, 1), ...messages, Message.commit(at, at + 1n, 0n)]) {
    run.onMessage(message, 0, message.length, at)
  }
  run.onDrained(1)
}

const renamed = Message.relation(1, 'public', 'orders', 'd', [{ name: 'number', typeOid: 23, typmod: -1, key: true }])

/** One batch is being applied, and waits for the catalog; the next one is in hand. */
async function applying(): Promise<void> {
  send(10n, renamed, Message.insert(1, ['1']))
  await until('the batch asks for the shape', () => answer)
  send(20n, Message.insert(1, ['2']))
}

async function rows(): Promise<unknown> {
  const reader = await file.bookkeeping.runAndReadAll('SELECT count(*)::INTEGER FROM public.orders')
  return reader.getRows()[0]![0]
}

describe('a stream that is stopped', () => {
  it('applies what is in hand, acknowledges it, and has ended', async () => {
    send(10n, Message.insert(1, ['1']))
    send(20n, Message.insert(1, ['2']))
    await run.stop(5000)
    expect(await run.ended).toBeNull()
    expect(await rows()).toBe(2)
    expect(acknowledged.at(-1)).toBe(21n)
  })

  it.each([
    ['the batch in hand cannot be applied', () => answer!.fail(fault)],
    ['something else ends it, and the batch in hand cannot be applied', () => (run.fail(fault), answer!.fail(new Error('too')))],
    ['something else ends it, and the batch in hand is applied after all', () => (run.fail(fault), answer!.with(new Map()))],
  ])('begins nothing more on its connection where meanwhile %s', async (_what, fails) => {
    await applying()
    const stopping = run.stop(60_000)
    fails()
    expect(await run.ended).toBe(fault)
    const statements = vi.spyOn(connection, 'run')
    await stopping
    expect(statements).not.toHaveBeenCalled()
    expect(await rows()).toBe(0)
    expect(acknowledged.at(-1)).toBe(run.durableLsn)
  })

  it('breaks a batch off that takes longer than it may, and drops the next one', async () => {
    await applying()
    const statements = vi.spyOn(connection, 'interrupt').mockImplementation(() => answer!.fail(new Error('INTERRUPT Error: Interrupted!')))
    await run.stop(1)
    expect(await run.ended).toBeNull()
    expect(statements).toHaveBeenCalled()
    expect(await rows()).toBe(0)
    expect(run.durableLsn).toBe(1n)
  })

  it('refuses work that waits for its turn, by name, and work that comes later', async () => {
    await applying()
    const waiting = run.betweenBatches(async () => 'done')
    const refused = expect(waiting).rejects.toMatchObject({ code: 'STOPPED' })
    const stopping = run.stop(60_000)
    answer!.fail(fault)
    await refused
    await stopping
    await expect(run.betweenTransactions(async () => 'done')).rejects.toMatchObject({ code: 'STOPPED' })
  })

  it('that has failed before has ended with what made it fail', async () => {
    run.fail(fault)
    await run.stop(60_000)
    expect(await run.ended).toBe(fault)
  })
})

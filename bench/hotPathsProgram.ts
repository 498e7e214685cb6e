// A program of its own, so that nothing else shapes its compiled code: prints figures as JSON.
import { Batch, BufferShelf } from '../src/main/engine/batch/batch.ts'
import { stagedShapeOf } from '../src/main/engine/batch/stagedShape.ts'
import { PgoutputDecoder, type ChangeVisitor } from '../src/main/engine/decode/pgoutput.ts'
import type { Lsn } from '../src/main/engine/model/lsn.ts'
import type { OldRow, TupleIndex } from '../src/main/engine/model/tuple.ts'
import { MessageFramer } from '../src/main/engine/source/wire.ts'
import { planTable, type TablePlan } from '../src/main/engine/typemap/tablePlan.ts'
import type { Figure } from './benchmark.ts'
import { spreadOf } from './measure.ts'
import { ordersRelation } from './ordersTable.ts'

const ROWS = 20_000
const ROUNDS = 60
const WARM_UP_ROUNDS = 20
const SOCKET_READ_BYTES = 64 << 10
const XLOG_HEADER_BYTES = 25

const plan = planTable(ordersRelation())

/** The values of a row as Postgres prints them. */
function rowTexts(number: number): (string | null)[] {
  const hex = (number * 2_654_435_761).toString(16).padStart(12, '0')
  const note = [
    null,
    '',
    `leave it "next door", ring ${number % 90} times, mind the dog and do not ring at night`,
    `batch ${number % 5000}, shelf ${number % 60}, checked by hand, wrapped in paper`,
  ]
  const cents = String((number * 7919) % 10_000_000).padStart(3, '0')
  return [
    String(number * 97), String(1 + ((number * 31) % 200_000)), String(1 + ((number * 17) % 5000)), 'delivered', 'DE', 'EUR',
    `${cents.slice(0, -2)}.${cents.slice(-2)}`, '12.40', String(((number * 7919) % 4_000_000) / 1000), String(1 + (number % 40)),
    number % 7 === 0 ? 't' : 'f', `${hex.slice(0, 8)}-1b2c-4d5e-8f90-${hex.slice(-12)}`, note[number % 4]!,
    '2024-03-01 04:55:10.123457+00', '2024-03-04', '2024-03-01 06:12:30.5',
  ]
}

function changeMessage(letter: 'I' | 'U', texts: (string | null)[]): Buffer {
  const parts = texts.map((value) => {
    if (value === null) return Buffer.from('n')
    const bytes = Buffer.from(value)
    const head = Buffer.alloc(5)
    head.write('t')
    head.writeUInt32BE(bytes.length, 1)
    return Buffer.concat([head, bytes])
  })
  const head = Buffer.alloc(8)
  head.write(letter)
  head.writeUInt32BE(plan.oid, 1)
  head.write('N', 5)
  head.writeUInt16BE(texts.length, 6)
  return Buffer.concat([head, ...parts])
}

/** As the walsender sends it: CopyData around XLogData around the change. */
function copyData(change: Buffer): Buffer {
  const head = Buffer.alloc(5 + XLOG_HEADER_BYTES)
  head.write('d')
  head.writeUInt32BE(4 + XLOG_HEADER_BYTES + change.length, 1)
  head.write('w', 5)
  return Buffer.concat([head, change])
}

interface Traffic {
  bytes: Buffer
  /** As socket reads, which cut messages anywhere. */
  reads: Buffer[]
  changes: Buffer[]
}

function traffic(letter: 'I' | 'U'): Traffic {
  const changes = Array.from({ length: ROWS }, (_, number) => changeMessage(letter, rowTexts(number + 1)))
  const bytes = Buffer.concat(changes.map(copyData))
  const reads: Buffer[] = []
  for (let start = 0; start < bytes.length; start += SOCKET_READ_BYTES) reads.push(bytes.subarray(start, start + SOCKET_READ_BYTES))
  return { bytes, reads, changes }
}

/** Nothing is staged: the decoder alone. */
const idleVisitor: ChangeVisitor = {
  begin: () => {},
  commit: () => {},
  relation: () => {},
  insert: () => {},
  update: () => {},
  delete: () => {},
  truncate: () => {},
}

function stagingVisitor(current: () => Batch, tablePlan: TablePlan): ChangeVisitor {
  const shape = stagedShapeOf(tablePlan)
  return {
    ...idleVisitor,
    insert: (_oid: number, row: TupleIndex, messageBytes: number) => current().table(tablePlan.oid, shape).insert(row, messageBytes),
    update: (_oid: number, oldRow: OldRow, old: TupleIndex, row: TupleIndex, messageBytes: number) =>
      current().table(tablePlan.oid, shape).update(oldRow, old, row, messageBytes),
  }
}

/** Processor time, which bears a busy machine better than the clock on the wall. */
function nanosecondsARow(round: () => void): number[] {
  const times: number[] = []
  for (let number = 0; number < WARM_UP_ROUNDS + ROUNDS; number++) {
    const before = process.cpuUsage()
    round()
    const { user, system } = process.cpuUsage(before)
    if (number >= WARM_UP_ROUNDS) times.push(((user + system) * 1000) / ROWS)
  }
  return times
}

function figure(label: string, times: number[]): Figure {
  const { median, min, max } = spreadOf(times)
  return { label, unit: 'ns', value: median, min, max }
}

const inserts = traffic('I')
const updates = traffic('U')
const shelf = new BufferShelf(64 << 20)
const folder = process.argv[2]!
const target = Buffer.allocUnsafeSlow(inserts.bytes.length)

function copyRows(): void {
  let length = 0
  for (const change of inserts.changes) length += change.copy(target, length)
}

function stage({ reads }: Traffic): void {
  const batch = new Batch(0, folder, shelf)
  const decoder = new PgoutputDecoder(stagingVisitor(() => batch, plan))
  const framer = new MessageFramer((_type, bytes, start, end) => decoder.decode(bytes, start + XLOG_HEADER_BYTES, end))
  for (const read of reads) framer.push(read)
  batch.commit(1n as Lsn, 1n)
  batch.dispose()
}

function frame(): void {
  let bytesSeen = 0
  const framer = new MessageFramer((_type, _bytes, start, end) => {
    bytesSeen += end - start
  })
  for (const read of inserts.reads) framer.push(read)
  if (bytesSeen === 0) throw new Error('nothing was framed')
}

const decoder = new PgoutputDecoder(idleVisitor)
function decode(): void {
  for (const change of inserts.changes) decoder.decode(change, 0, change.length)
}

const figures: Figure[] = [
  figure('plain copy of a row', nanosecondsARow(copyRows)),
  figure('framing', nanosecondsARow(frame)),
  figure('decoding', nanosecondsARow(decode)),
  figure('framing, decoding and staging an insert', nanosecondsARow(() => stage(inserts))),
  figure('framing, decoding and staging an update', nanosecondsARow(() => stage(updates))),
]
process.stdout.write(JSON.stringify(figures))

import { MillraceError } from '../../contract/errors.ts'
import { lsnFromBigint, type Lsn } from '../model/lsn.ts'
import { ColumnKind, TupleIndex, type OldRow } from '../model/tuple.ts'

/** What a Relation message says of a column. */
export interface StreamColumn {
  name: string
  typeOid: number
  typmod: number
  /** Part of the replica identity (under FULL every column is). */
  inIdentity: boolean
}

/** A relation as the stream describes it, before its first row and after each change of it. */
export interface StreamRelation {
  oid: number
  schema: string
  name: string
  replicaIdentity: 'default' | 'nothing' | 'full' | 'index'
  columns: StreamColumn[]
}

/**
 * Receives the stream as it is decoded. Tuples are the decoder's own and valid only during the call.
 * Commit times are microseconds since 2000-01-01 by the source's clock.
 */
export interface ChangeVisitor {
  begin(finalLsn: Lsn, commitMicros: bigint): void
  /** `commitLsn` is where the commit record starts, `endLsn` where the next record may. */
  commit(commitLsn: Lsn, endLsn: Lsn, commitMicros: bigint): void
  relation(relation: StreamRelation): void
  insert(relationOid: number, row: TupleIndex, messageBytes: number): void
  update(relationOid: number, oldRow: OldRow, old: TupleIndex, row: TupleIndex, messageBytes: number): void
  delete(relationOid: number, oldRow: OldRow, old: TupleIndex, messageBytes: number): void
  truncate(relationOids: number[]): void
}

const NEW_ROW = 0x4e
/** Of the messages that are read at fixed places, by letter: the bytes without which nothing can be read. */
const shortestBytes: Readonly<Record<number, number>> = { 0x49: 8, 0x55: 8, 0x44: 8, 0x42: 21, 0x43: 26, 0x52: 5, 0x54: 6 }

const identities = { d: 'default', n: 'nothing', f: 'full', i: 'index' } as const

/**
 * Decodes pgoutput, protocol version 1, text format.
 * https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
export class PgoutputDecoder {
  private readonly visitor: ChangeVisitor
  private readonly row = new TupleIndex()
  private readonly old = new TupleIndex()

  constructor(visitor: ChangeVisitor) {
    this.visitor = visitor
  }

  /** Decodes one message; throws STREAM_UNREADABLE on anything that is not in the protocol. */
  decode(bytes: Buffer, start: number, end: number): void {
    if (end - start < (shortestBytes[bytes[start]!] ?? 1)) throw unreadable()
    switch (bytes[start]) {
      case 0x49: {
        // I: oid, 'N', row
        if (bytes[start + 5] !== NEW_ROW) throw unreadable()
        this.readTuple(this.row, bytes, start + 6, end)
        return this.visitor.insert(bytes.readUInt32BE(start + 1), this.row, end - start)
      }
      case 0x55: {
        // U: oid, ['K' | 'O', old row], 'N', row
        const oldRow = oldRowOf(bytes[start + 5]!)
        let next = start + 6
        if (oldRow !== 'none') {
          next = this.readTuple(this.old, bytes, next, end) + 1
          if (bytes[next - 1] !== NEW_ROW) throw unreadable()
        }
        this.readTuple(this.row, bytes, next, end)
        return this.visitor.update(bytes.readUInt32BE(start + 1), oldRow, this.old, this.row, end - start)
      }
      case 0x44: {
        // D: oid, 'K' | 'O', old row
        const oldRow = oldRowOf(bytes[start + 5]!)
        if (oldRow === 'none') throw unreadable()
        this.readTuple(this.old, bytes, start + 6, end)
        return this.visitor.delete(bytes.readUInt32BE(start + 1), oldRow, this.old, end - start)
      }
      case 0x42: // B: final LSN, commit time, xid
        return this.visitor.begin(lsnFromBigint(bytes.readBigUInt64BE(start + 1)), bytes.readBigInt64BE(start + 9))
      case 0x43: // C: flags, commit LSN, end LSN, commit time
        return this.visitor.commit(
          lsnFromBigint(bytes.readBigUInt64BE(start + 2)),
          lsnFromBigint(bytes.readBigUInt64BE(start + 10)),
          bytes.readBigInt64BE(start + 18),
        )
      case 0x52:
        return this.visitor.relation(readRelation(bytes, start, end))
      case 0x54: {
        // T: count, options, oids
        const relationOids: number[] = []
        const count = bytes.readUInt32BE(start + 1)
        if (start + 6 + 4 * count > end) throw unreadable()
        for (let index = 0; index < count; index++) {
          relationOids.push(bytes.readUInt32BE(start + 6 + 4 * index))
        }
        return this.visitor.truncate(relationOids)
      }
      case 0x59: // Y: a type's name; the catalog tells more
      case 0x4f: // O: origin
      case 0x4d: // M: a logical message, which we do not ask for
        return
      default:
        throw unreadable()
    }
  }

  private readTuple(target: TupleIndex, bytes: Buffer, start: number, end: number): number {
    if (start + 2 > end) throw unreadable()
    const columnCount = bytes.readUInt16BE(start)
    target.reset(bytes, columnCount)
    const { kinds, starts, ends } = target
    let offset = start + 2
    for (let column = 0; column < columnCount; column++) {
      const kind = bytes[offset]!
      offset += 1
      kinds[column] = kind
      if (kind === ColumnKind.text) {
        if (offset + 4 > end) throw unreadable()
        const length = bytes.readUInt32BE(offset)
        starts[column] = offset + 4
        offset += 4 + length
        ends[column] = offset
      } else if (kind !== ColumnKind.null && kind !== ColumnKind.unchanged) {
        throw unreadable()
      }
    }
    if (offset > end) throw unreadable()
    return offset
  }
}

function oldRowOf(letter: number): OldRow {
  if (letter === 0x4e) return 'none'
  if (letter === 0x4b) return 'key'
  if (letter === 0x4f) return 'full'
  throw unreadable()
}

function readRelation(bytes: Buffer, start: number, end: number): StreamRelation {
  const oid = bytes.readUInt32BE(start + 1)
  let offset = start + 5
  const room = (wanted: number): void => {
    if (offset + wanted > end) throw unreadable()
  }
  const text = (): string => {
    const stop = bytes.indexOf(0, offset)
    if (stop === -1 || stop >= end) throw unreadable()
    const value = bytes.toString('utf8', offset, stop)
    offset = stop + 1
    return value
  }
  // An empty schema name stands for pg_catalog.
  const schema = text() || 'pg_catalog'
  const name = text()
  room(3)
  const replicaIdentity = identities[String.fromCharCode(bytes[offset]!) as keyof typeof identities]
  if (!replicaIdentity) throw unreadable()
  const columnCount = bytes.readUInt16BE(offset + 1)
  offset += 3
  const columns: StreamColumn[] = []
  for (let column = 0; column < columnCount; column++) {
    room(1)
    const inIdentity = (bytes[offset]! & 1) === 1
    offset += 1
    const columnName = text()
    room(8)
    columns.push({
      name: columnName,
      typeOid: bytes.readUInt32BE(offset),
      typmod: bytes.readInt32BE(offset + 4),
      inIdentity,
    })
    offset += 8
  }
  return { oid, schema, name, replicaIdentity, columns }
}

function unreadable(): MillraceError {
  return new MillraceError({
    code: 'STREAM_UNREADABLE',
    message: 'The source sent a message that is not in the pgoutput protocol.',
    advice: 'Check that the server is Postgres 14 to 18 and that nothing rewrites its traffic; nothing was applied from it.',
  })
}

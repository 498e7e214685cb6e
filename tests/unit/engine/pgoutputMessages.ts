/** Messages of pgoutput, version 1, as bytes: https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html */

export type Column = string | null | { unchanged: true }

export interface OldTuple {
  letter: 'K' | 'O'
  row: readonly Column[]
}

const letter = (text: string): Buffer => Buffer.from(text, 'latin1')
const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'utf8')

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}

export function tuple(row: readonly Column[]): Buffer {
  const columns = row.map((column) => {
    if (column === null) return letter('n')
    if (typeof column !== 'string') return letter('u')
    const bytes = Buffer.from(column, 'utf8')
    return Buffer.concat([letter('t'), uint32(bytes.length), bytes])
  })
  return Buffer.concat([uint16(row.length), ...columns])
}

export const Message = {
  begin: (finalLsn: bigint, commitMicros: bigint, xid: number) =>
    Buffer.concat([letter('B'), int64(finalLsn), int64(commitMicros), uint32(xid)]),
  commit: (commitLsn: bigint, endLsn: bigint, commitMicros: bigint) =>
    Buffer.concat([letter('C'), Buffer.alloc(1), int64(commitLsn), int64(endLsn), int64(commitMicros)]),
  relation: (
    oid: number,
    schema: string,
    name: string,
    identity: string,
    columns: readonly { name: string; typeOid: number; typmod: number; key: boolean }[],
  ) =>
    Buffer.concat([
      letter('R'),
      uint32(oid),
      text(schema),
      text(name),
      letter(identity),
      uint16(columns.length),
      ...columns.map((column) =>
        Buffer.concat([Buffer.from([column.key ? 1 : 0]), text(column.name), uint32(column.typeOid), uint32(column.typmod)]),
      ),
    ]),
  insert: (oid: number, row: readonly Column[]) => Buffer.concat([letter('I'), uint32(oid), letter('N'), tuple(row)]),
  update: (oid: number, old: OldTuple | null, row: readonly Column[]) =>
    Buffer.concat([
      letter('U'),
      uint32(oid),
      ...(old ? [letter(old.letter), tuple(old.row)] : []),
      letter('N'),
      tuple(row),
    ]),
  delete: (oid: number, old: OldTuple) => Buffer.concat([letter('D'), uint32(oid), letter(old.letter), tuple(old.row)]),
  truncate: (oids: readonly number[], options: number) =>
    Buffer.concat([letter('T'), uint32(oids.length), Buffer.from([options]), ...oids.map(uint32)]),
  type: (oid: number, schema: string, name: string) => Buffer.concat([letter('Y'), uint32(oid), text(schema), text(name)]),
  origin: (lsn: bigint, name: string) => Buffer.concat([letter('O'), int64(lsn), text(name)]),
  logical: (prefix: string, content: string) =>
    Buffer.concat([letter('M'), Buffer.from([1]), int64(0n), text(prefix), uint32(content.length), Buffer.from(content)]),
}

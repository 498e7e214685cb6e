import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../../../src/main/contract/errors.ts'
import { PgoutputDecoder, type ChangeVisitor } from '../../../../src/main/engine/decode/pgoutput.ts'
import { ColumnKind, type TupleIndex } from '../../../../src/main/engine/model/tuple.ts'
import { Message, tuple, type Column } from '../pgoutputMessages.ts'

type Seen = [string, ...unknown[]]

const unchanged = Symbol('unchanged')

function columnsOf(row: TupleIndex): unknown[] {
  return Array.from({ length: row.columnCount }, (_, column) => {
    if (row.kinds[column] === ColumnKind.null) return null
    if (row.kinds[column] === ColumnKind.unchanged) return unchanged
    return row.bytes.toString('utf8', row.starts[column], row.ends[column])
  })
}

/** Remembers what it is told. */
function recorder(): ChangeVisitor & { seen: Seen[] } {
  const seen: Seen[] = []
  return {
    seen,
    begin: (finalLsn, commitMicros) => void seen.push(['begin', finalLsn, commitMicros]),
    commit: (commitLsn, endLsn, commitMicros) => void seen.push(['commit', commitLsn, endLsn, commitMicros]),
    relation: (relation) => void seen.push(['relation', relation]),
    insert: (oid, row, messageBytes) => void seen.push(['insert', oid, columnsOf(row), messageBytes]),
    update: (oid, oldRow, old, row) =>
      void seen.push(['update', oid, oldRow, oldRow === 'none' ? null : columnsOf(old), columnsOf(row)]),
    delete: (oid, oldRow, old) => void seen.push(['delete', oid, oldRow, columnsOf(old)]),
    truncate: (oids) => void seen.push(['truncate', oids]),
  }
}

/** Decodes the message in the middle of other bytes, as it lies in a socket's chunk. */
function decoded(message: Buffer, cutBytes = 0): Seen[] {
  const visitor = recorder()
  const before = Buffer.alloc(3, 0xee)
  const bytes = Buffer.concat([before, message, Buffer.alloc(64, 0x6e)])
  new PgoutputDecoder(visitor).decode(bytes, before.length, before.length + message.length - cutBytes)
  return visitor.seen
}

const row: Column[] = ['1', null, 'ünï,"\n', '', { unchanged: true }]
const rowSeen = ['1', null, 'ünï,"\n', '', unchanged]

const messages: Record<string, { message: Buffer; seen: Seen[] }> = {
  begin: { message: Message.begin(0x10n, -5n, 77), seen: [['begin', 0x10n, -5n]] },
  commit: { message: Message.commit(0x10n, 0x20n, 9n), seen: [['commit', 0x10n, 0x20n, 9n]] },
  relation: {
    message: Message.relation(16384, 'shop', 'größe', 'f', [
      { name: 'id', typeOid: 23, typmod: -1, key: true },
      { name: 'Preis, netto', typeOid: 1700, typmod: 655366, key: false },
    ]),
    seen: [
      [
        'relation',
        {
          oid: 16384,
          schema: 'shop',
          name: 'größe',
          replicaIdentity: 'full',
          columns: [
            { name: 'id', typeOid: 23, typmod: -1, inIdentity: true },
            { name: 'Preis, netto', typeOid: 1700, typmod: 655366, inIdentity: false },
          ],
        },
      ],
    ],
  },
  insert: { message: Message.insert(5, row), seen: [['insert', 5, rowSeen, Message.insert(5, row).length]] },
  update: { message: Message.update(5, null, row), seen: [['update', 5, 'none', null, rowSeen]] },
  'update with old key': {
    message: Message.update(5, { letter: 'K', row: ['0', null] }, row),
    seen: [['update', 5, 'key', ['0', null], rowSeen]],
  },
  'update with old row': {
    message: Message.update(5, { letter: 'O', row }, ['2']),
    seen: [['update', 5, 'full', rowSeen, ['2']]],
  },
  'delete by key': { message: Message.delete(5, { letter: 'K', row: ['1'] }), seen: [['delete', 5, 'key', ['1']]] },
  'delete by row': { message: Message.delete(5, { letter: 'O', row }), seen: [['delete', 5, 'full', rowSeen]] },
  truncate: { message: Message.truncate([5, 4294967295], 3), seen: [['truncate', [5, 4294967295]]] },
  type: { message: Message.type(99, 'shop', 'mood'), seen: [] },
  origin: { message: Message.origin(1n, 'elsewhere'), seen: [] },
  'logical message': { message: Message.logical('note', 'text'), seen: [] },
}

describe('pgoutput', () => {
  it.each(Object.entries(messages))('%s is read as it was sent', (_, { message, seen }) => {
    expect(decoded(message)).toEqual(seen)
  })

  it('a table in pg_catalog is sent without its schema', () => {
    const message = Message.relation(1, '', 'pg_class', 'n', [])
    expect(decoded(message)[0]?.[1]).toMatchObject({ schema: 'pg_catalog', replicaIdentity: 'nothing' })
  })

  it('rows of any text are read back, one after another in the same decoder', () => {
    const visitor = recorder()
    const decoder = new PgoutputDecoder(visitor)
    const column = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constant(null))
    fc.assert(
      fc.property(fc.array(column, { maxLength: 150 }), (columns) => {
        visitor.seen.length = 0
        const message = Message.insert(7, columns)
        decoder.decode(message, 0, message.length)
        expect(visitor.seen[0]?.[2]).toEqual(columns)
      }),
    )
  })

  it.each(Object.entries(messages).filter(([name]) => !['type', 'origin', 'logical message'].includes(name)))(
    '%s that is cut short anywhere is refused, and nothing is told of it',
    (_, { message }) => {
      for (let cut = 1; cut <= message.length; cut++) {
        expect(() => decoded(message, cut)).toThrow(expect.objectContaining({ code: 'STREAM_UNREADABLE' }))
      }
    },
  )

  it('garbage is read or refused by name, and nothing else is thrown', () => {
    const letter = fc.constantFrom(...'IUDBCRTYOMXa')
    fc.assert(
      fc.property(letter, fc.uint8Array({ maxLength: 80 }), (first, rest) => {
        try {
          decoded(Buffer.concat([Buffer.from(first), rest]))
        } catch (error) {
          expect(error).toBeInstanceOf(MillraceError)
          expect((error as MillraceError).code).toBe('STREAM_UNREADABLE')
        }
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['an unknown letter', Buffer.from('Z123456789')],
    ['a column of unknown kind', Buffer.concat([Buffer.from([0x49, 0, 0, 0, 1, 0x4e, 0, 1]), Buffer.from('x')])],
    ['a binary column, which was not asked for', Buffer.concat([Buffer.from([0x49, 0, 0, 0, 1, 0x4e, 0, 1, 0x62]), tuple([])])],
    ['a delete with a new row', Buffer.concat([Buffer.from([0x44, 0, 0, 0, 1, 0x4e]), tuple(['1'])])],
    ['an unknown replica identity', Message.relation(1, 's', 't', 'x', [])],
  ])('%s is refused', (_, message) => {
    expect(() => decoded(message)).toThrow(expect.objectContaining({ code: 'STREAM_UNREADABLE' }))
  })
})

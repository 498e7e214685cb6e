import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CsvBuffer } from '../../../../src/main/engine/batch/csvBuffer.ts'
import { readCsv } from '../../../../src/main/engine/store/csvReader.ts'

let folder: string
let instance: DuckDBInstance
let connection: DuckDBConnection

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-csv-'))
  instance = await DuckDBInstance.create(':memory:')
  connection = await instance.connect()
})
afterAll(() => {
  connection.closeSync()
  instance.closeSync()
  rmSync(folder, { recursive: true, force: true })
})

type Row = readonly (string | null)[]

/** Each row with its number in front, as staged rows have their prefix. */
function written(rows: readonly Row[]): CsvBuffer {
  const csv = new CsvBuffer(Buffer.allocUnsafe(16))
  for (const [index, row] of rows.entries()) {
    // The values lie in somebody else's bytes.
    const source = Buffer.concat([Buffer.from('#,"'), ...row.map((value) => Buffer.from(value ?? ''))])
    csv.reserve(2 * source.length + 4 * row.length + 32)
    csv.startRow()
    csv.numberField(index)
    let start = 3
    for (const value of row) {
      if (value === null) {
        csv.nullField()
        continue
      }
      const end = start + Buffer.byteLength(value)
      csv.textField(source, start, end)
      start = end
    }
    csv.endRow()
  }
  return csv
}

async function readBack(csv: CsvBuffer, columns: number): Promise<Row[]> {
  const path = join(folder, 'staged.csv')
  writeFileSync(path, csv.bytes.subarray(0, csv.length))
  const names = Array.from({ length: columns }, (_, column) => `c${column}`)
  const { longestRowBytes, hasLineBreaks } = csv
  const source = readCsv({
    path,
    columns: [{ name: 'n', type: 'UBIGINT' }, ...names.map((name) => ({ name, type: 'VARCHAR' }))],
    longestRowBytes,
    hasLineBreaks,
  })
  // As bytes: the driver drops a byte order mark at the start of a string.
  const reader = await connection.runAndReadAll(
    `SELECT ${names.map((name) => `hex(encode(${name}))`).join(', ')} FROM ${source} ORDER BY n`,
  )
  return reader
    .getRows()
    .map((row) => row.map((hex) => (hex === null ? null : Buffer.from(hex as string, 'hex').toString('utf8'))))
}

/** Everything that a Postgres text may hold, which is all but NUL, and often what CSV is made of. */
const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('"', ',', '\n', '\r', '\r\n', '""', ' ', '\t', '\\', "'", '\ufeff', '\\N', 'NULL', '\u2028') },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }).map((text) => text.replaceAll('\0', '')) },
  { weight: 2, arbitrary: fc.constantFrom('a', 'B', '0', 'é', '水', '🦆') },
)
const text = fc.array(character, { maxLength: 12 }).map((parts) => parts.join(''))
const longText = fc.tuple(text, fc.integer({ min: 30, max: 3000 })).map(([piece, length]) => (piece || 'x').repeat(length).slice(0, length).replace(/[\ud800-\udbff]$/, ''))
const value = fc.option(fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: longText }), { freq: 4 })

describe('staged CSV', () => {
  it('is read back by DuckDB as it went in, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.infiniteStream(value), fc.integer({ min: 1, max: 15 }), async (columns, values, count) => {
        const rows = Array.from({ length: count }, () => Array.from({ length: columns }, () => values.next().value as string | null))
        expect(await readBack(written(rows), columns)).toEqual(rows)
      }),
      { numRuns: 150 },
    )
  })

  it.each([
    ['NULL and the empty string', [[null], [''], [null]]],
    ['values that look like the reader\'s own marks', [['NULL'], ['\\N'], ['""'], ['"'], [',']]],
    ['spaces at both ends', [[' a '], ['  '], ['\t']]],
    ['a byte order mark at the front', [['\ufeff'], ['\ufeffa'], ['a\ufeff']]],
    ['line ends of every kind, short and long', ['\n', '\r', '\r\n', '\n\r'].flatMap((end) => [[end], [`a${end}b`], [`${'x'.repeat(60)}${end}${'"'.repeat(60)}`]])],
    ['quotes at the edge of what is copied byte by byte', Array.from({ length: 10 }, (_, extra) => ['"'.repeat(36 + extra)])],
  ] as [string, Row[]][])('%s survive', async (_, rows) => {
    expect(await readBack(written(rows), 1)).toEqual(rows)
  })

  it('many rows with line breaks inside survive being read by several threads', async () => {
    const rows = Array.from({ length: 60_000 }, (_, index) => [`"${index}\n${index + 1},"x",\r\n${'pad '.repeat(100)}`])
    const csv = written(rows)
    expect(csv.hasLineBreaks).toBe(true)
    expect(csv.length).toBeGreaterThan(20 << 20)
    const back = await readBack(csv, 1)
    expect(back.length).toBe(rows.length)
    expect(back.every((row, index) => row[0] === rows[index]![0])).toBe(true)
  })

  it('numbers of any size are written in full', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (number) => {
        const csv = new CsvBuffer(Buffer.allocUnsafe(64))
        csv.numberField(number)
        expect(csv.bytes.toString('latin1', 0, csv.length)).toBe(`${number},`)
      }),
    )
  })

  it('the longest row is known to the byte', () => {
    const csv = written([['a'], ['x'.repeat(500)], [null]])
    expect(csv.longestRowBytes).toBe('1,"'.length + 500 + '"\n'.length)
  })
})

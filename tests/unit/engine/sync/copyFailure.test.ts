import { describe, expect, it } from 'vitest'
import { faultOfCopyError, LoadError, RenamedError, SourceError, verdictOfCopyError } from '../../../../src/main/engine/sync/copyFailure.ts'

const refused = new LoadError(new Error('Conversion Error: a value that does not fit'), 10)
const tooLong = new LoadError(new Error('Out of Memory Error: could not allocate block of size 400.0 MiB'), 400 << 20)

describe('what a failed copy of one table means', () => {
  it.each([
    ['another copy has changed the same names', new Error('TransactionContext Error: Catalog write-write conflict'), 'again'],
    ['it has other names now', new SourceError(new RenamedError()), 'renamed'],
    ['it is not there by that name', new SourceError({ code: '42P01' }), 'renamed'],
    ['a column is not there by that name', new SourceError({ code: '42703' }), 'renamed'],
    ['DuckDB refuses a value', refused, { refusal: refused }],
    ['a row is too long for it', tooLong, { refusal: tooLong }],
    ['its memory is short for rows of usual length', new LoadError(new Error('Out of Memory Error: could not allocate block of size 32.0 KiB'), 100), 'stop'],
    ['the disk is full', new LoadError(new Error('IO Error: No space left on device'), 10), 'stop'],
    ['the source broke off', new SourceError(new Error('Connection terminated unexpectedly')), 'stop'],
    ['it is something else', new Error('what is this'), 'stop'],
  ])('%s', (_, error, verdict) => {
    expect(verdictOfCopyError(error)).toEqual(verdict)
  })

  it('what stops the copies is told as the source or the file said it', () => {
    const lost = new Error('Connection terminated unexpectedly')
    expect(faultOfCopyError(new SourceError(lost))).toBe(lost)
    expect(faultOfCopyError(new LoadError(new Error('IO Error: No space left on device'), 10))).toMatchObject({ code: 'DISK_FULL' })
    expect(faultOfCopyError(new LoadError(new Error('Out of Memory Error: failed'), 10))).toMatchObject({ code: 'MEMORY_SHORT' })
  })
})

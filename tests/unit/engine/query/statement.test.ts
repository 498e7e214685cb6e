import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MillraceError } from '../../../../src/main/contract/errors.ts'
import { placeOfByte, placeOfCharacter } from '../../../../src/main/engine/query/errorPlaces.ts'
import { isWrite } from '../../../../src/main/engine/query/scratchWrite.ts'
import { sqlTokens } from '../../../../src/main/engine/query/sqlTokens.ts'
import { readStatement, refuseOnSource } from '../../../../src/main/engine/query/statement.ts'
import { withoutRowValues } from '../../../../src/main/engine/query/statementFaults.ts'
import { withModifier } from '../../../../src/main/engine/query/valueKinds.ts'

const faultOf = (work: () => unknown): MillraceError => {
  try {
    work()
  } catch (error) {
    return error as MillraceError
  }
  throw new Error('it did not throw')
}

describe('tokens of SQL', () => {
  it('cover every letter of a statement that is no space and no comment, once, whatever it holds', () => {
    const pieces = fc.constantFrom(
      "'",
      '"',
      '$$',
      '$a$',
      '--',
      '/*',
      '*/',
      '\n',
      ' ',
      ';',
      '(',
      ')',
      'a',
      'é',
      '😀',
      '1',
      'E',
      '\\',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const sql = parts.join('')
        let end = 0
        for (const token of sqlTokens(sql)) {
          expect(token.start).toBeGreaterThanOrEqual(end)
          expect(token.end).toBeGreaterThan(token.start)
          end = token.end
        }
        expect(end).toBeLessThanOrEqual(sql.length)
      }),
    )
  })
})

describe('a statement', () => {
  it('ends at its own semicolon, not at one in text, a comment or brackets', () => {
    for (const sql of [
      "SELECT ';'",
      'SELECT ";"',
      'SELECT $$;$$',
      'SELECT $x$ ; $$ ; $x$',
      'SELECT 1 -- ; 2',
      'SELECT /* ; /* ; */ ; */ 1',
      "SELECT E'\\';'",
      'SELECT 1;;',
      "SELECT 'it''s;'",
    ]) {
      expect(readStatement(sql).sql, sql).toBe(sql)
    }
    expect(readStatement(' ; SELECT 1 ; -- over').body).toBe('SELECT 1')
  })

  it('is refused where there are two, at the second, and where there is none', () => {
    expect(faultOf(() => readStatement('SELECT 1; SELECT 2')).place).toEqual({ offset: 10, length: 6 })
    expect(faultOf(() => readStatement("SELECT E'a\\'b'; x")).place).toEqual({ offset: 16, length: 1 })
    for (const sql of ['', '  \n', ';', '-- nothing', '/* nor here */;']) {
      expect(faultOf(() => readStatement(sql)).code, sql).toBe('QUERY_EMPTY')
    }
  })

  it('knows an order of the whole from one of a part', () => {
    const ordered = (sql: string) => readStatement(sql).hasTopLevelOrderBy
    expect(ordered('SELECT 1 ORDER BY 1 LIMIT 5')).toBe(true)
    expect(ordered('WITH a AS (SELECT 1 ORDER BY 1) SELECT * FROM a')).toBe(false)
    expect(ordered('SELECT sum(x) OVER (ORDER BY y), array_agg(x ORDER BY y) FROM t')).toBe(false)
    expect(ordered('SELECT \'order by\', "order" by FROM t')).toBe(false)
    expect(ordered('(SELECT 1) UNION (SELECT 2) ORDER BY 1')).toBe(true)
  })

  it('tells where the statement begins that it explains', () => {
    const explained = (sql: string) => {
      const { explainedFrom } = readStatement(sql)
      return explainedFrom === null ? null : sql.slice(explainedFrom)
    }
    expect(explained('SELECT 1')).toBeNull()
    expect(explained('EXPLAIN DELETE FROM t')).toBe('DELETE FROM t')
    expect(explained('explain analyze verbose COPY t TO x')).toBe('COPY t TO x')
    expect(explained('EXPLAIN (ANALYZE, FORMAT json) SELECT 1')).toBe('SELECT 1')
    expect(explained('EXPLAIN (SELECT 1)')).toBe('(SELECT 1)')
  })

  it('reaches the source only where it begins with a word that reads', () => {
    for (const sql of [
      'SELECT 1',
      '(SELECT 1)',
      'with a as (select 1) table a',
      'VALUES (1)',
      'SHOW all',
      '/* x */ EXPLAIN SELECT 1',
    ]) {
      expect(() => refuseOnSource(readStatement(sql)), sql).not.toThrow()
    }
    for (const sql of [
      'COPY t TO STDOUT',
      'DO $$$$',
      'COMMIT',
      'CALL p()',
      'SET a = 1',
      'LISTEN x',
      'FETCH ALL c',
      '"select" 1',
    ]) {
      expect(faultOf(() => refuseOnSource(readStatement(sql))).code, sql).toBe('QUERY_WRITES')
    }
  })
})

describe('what a statement does', () => {
  const writes = (sql: string): boolean => isWrite(readStatement(sql))

  it('is told by its first word, and behind WITH by the word behind its queries', () => {
    for (const sql of [
      'INSERT INTO scratch.a SELECT 1',
      'WITH a AS (SELECT 1) INSERT INTO scratch.b SELECT * FROM a',
      'with recursive a(x, y) as not materialized (select (1), 2), "as" AS (VALUES (3)) UPDATE scratch.b SET x = 1',
      '/* insert */ WITH a AS (SELECT 1) DELETE FROM scratch.b USING a',
      'WITH a AS (SELECT 1) MERGE INTO scratch.b USING a ON true WHEN MATCHED THEN DELETE',
    ]) {
      expect(writes(sql), sql).toBe(true)
    }
    for (const sql of [
      'SELECT 1',
      'WITH a AS (SELECT 1) SELECT * FROM a',
      'WITH "insert" AS (SELECT 1) SELECT * FROM "insert"',
      'WITH a AS (SELECT 1), b AS (SELECT 2) (SELECT * FROM a)',
      'WITH a AS (SELECT 1) FROM a SELECT (1) AS "delete"',
      'WITH a AS (SELECT 1',
      'WITH',
    ]) {
      expect(writes(sql), sql).toBe(false)
    }
  })
})

describe('the place of an error', () => {
  it('is found from bytes and from characters, whatever letters stand before it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (before) => {
        const sql = `${before}\n nowhere`
        const offset = sql.length - 'nowhere'.length
        expect(placeOfByte(sql, Buffer.byteLength(sql.slice(0, offset)))?.offset).toBe(offset)
        expect(placeOfCharacter(sql, [...sql.slice(0, offset)].length + 1)?.offset).toBe(offset)
      }),
    )
  })

  it('is none where the engine points outside the text, or into the middle of a letter', () => {
    expect(placeOfByte('é', 1)).toBeUndefined()
    expect(placeOfByte('abc', 9)).toBeUndefined()
    expect(placeOfCharacter('abc', 0)).toBeUndefined()
    expect(placeOfCharacter('abc', 9)).toBeUndefined()
    expect(placeOfByte('abc', 3)).toEqual({ offset: 3 })
  })
})

describe('the words of an engine', () => {
  it('lose what may have come from a row, and keep what the person wrote', () => {
    const sql = "SELECT note::int, 'abc'::int, 7 FROM t"
    expect(withoutRowValues("Could not convert string 'it's mine' to INT32", sql)).toBe(
      'Could not convert string … to INT32',
    )
    expect(withoutRowValues("Could not convert string 'abc' to INT32", sql)).toBe(
      "Could not convert string 'abc' to INT32",
    )
    expect(withoutRowValues('invalid input syntax for type integer: "secret"', sql)).toBe(
      'invalid input syntax for type integer: …',
    )
    expect(withoutRowValues('value 4111111111111111 out of range, not 7', sql)).toBe('value … out of range, not 7')
  })
})

describe('a type of the source', () => {
  it('is written with its precision as format_type writes it', () => {
    expect(withModifier('numeric', ((12 << 16) | 2) + 4)).toBe('numeric(12,2)')
    expect(withModifier('numeric', ((5 << 16) | (-3 & 0x7ff)) + 4)).toBe('numeric(5,-3)')
    expect(withModifier('character varying', 24)).toBe('character varying(20)')
    expect(withModifier('timestamp with time zone', 3)).toBe('timestamp(3) with time zone')
    expect(withModifier('time without time zone', 0)).toBe('time(0) without time zone')
    expect(withModifier('numeric[]', ((12 << 16) | 2) + 4)).toBe('numeric(12,2)[]')
    expect(withModifier('text', -1)).toBe('text')
  })
})

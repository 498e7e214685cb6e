import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokensOf } from '../../../../../src/renderer/components/sql/lexer.ts'
import { editedStatements, splitStatements, statementAt, statementsToRun } from '../../../../../src/renderer/components/sql/statements.ts'

const texts = (sql: string): string[] => splitStatements(sql).map((statement) => statement.text)

describe('statement splitting', () => {
  it('ends a statement at a semicolon and gives the last one none', () => {
    expect(texts('SELECT 1; SELECT 2 ;\n\nSELECT 3')).toEqual(['SELECT 1', 'SELECT 2', 'SELECT 3'])
  })

  it.each([
    ["a string", "SELECT ';', 'it''s; fine'; SELECT 2", ["SELECT ';', 'it''s; fine'", 'SELECT 2']],
    ['an escape string', String.raw`SELECT E'a\';b'; SELECT 2`, [String.raw`SELECT E'a\';b'`, 'SELECT 2']],
    ['a string whose backslash is plain', String.raw`SELECT 'a\'; SELECT 2`, [String.raw`SELECT 'a\'`, 'SELECT 2']],
    ['a quoted name', 'SELECT "a;""b"; SELECT 2', ['SELECT "a;""b"', 'SELECT 2']],
    ['a dollar quote', 'SELECT $$a;b$$; SELECT 2', ['SELECT $$a;b$$', 'SELECT 2']],
    ['a tagged dollar quote', 'SELECT $f$ $$;$$ $g$ $f$; SELECT 2', ['SELECT $f$ $$;$$ $g$ $f$', 'SELECT 2']],
    ['a line comment', 'SELECT 1 -- one; two\n, 2; SELECT 3', ['SELECT 1 -- one; two\n, 2', 'SELECT 3']],
    ['a nested comment', 'SELECT /* a; /* b; */ c; */ 1; SELECT 2', ['SELECT /* a; /* b; */ c; */ 1', 'SELECT 2']],
  ])('keeps the semicolon of %s inside its statement', (_what, sql, expected) => {
    expect(texts(sql)).toEqual(expected)
  })

  it('takes a dollar sign inside a name for a part of the name', () => {
    expect(texts('SELECT a$b$ FROM t; SELECT c$b$')).toEqual(['SELECT a$b$ FROM t', 'SELECT c$b$'])
  })

  it('takes $1 for a parameter, not for a quote', () => {
    expect(texts('SELECT $1; SELECT $1')).toHaveLength(2)
  })

  it('leaves the comments around a statement out of what is sent', () => {
    const [statement] = splitStatements('-- monthly revenue\nSELECT 1 /* one */ -- end\n;')
    expect(statement!.text).toBe('SELECT 1')
    expect(statement!.start).toBe(19)
  })

  it('finds no statement in comments, semicolons and white space', () => {
    expect(texts(' ;; -- nothing\n /* here */ ; ')).toEqual([])
  })

  it('lets what is not closed run to the end', () => {
    expect(texts("SELECT 'open; SELECT 2")).toEqual(["SELECT 'open; SELECT 2"])
    expect(texts('SELECT /* open; SELECT 2')).toEqual(['SELECT'])
  })

  it('never fails, and covers any text without overlap', () => {
    const pieces = ["'", '"', '$$', '$a$', '--', '/*', '*/', ';', '\n', ' ', 'E', 'x', '1', '\\', '.', 'é']
    const piece = fc.constantFrom(...pieces)
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const sql = pieces.join('')
        let end = 0
        for (const token of tokensOf(sql)) {
          expect(sql.slice(end, token.start).trim()).toBe('')
          expect(token.end).toBeGreaterThan(token.start)
          end = token.end
        }
        expect(sql.slice(end).trim()).toBe('')
        for (const statement of splitStatements(sql)) {
          expect(sql.slice(statement.start, statement.end)).toBe(statement.text)
        }
      }),
    )
  })
})

describe('the current statement', () => {
  const sql = 'SELECT 1;\n\n-- two\nSELECT 2;   SELECT 3\n'
  const at = (offset: number): string | undefined => statementAt(sql, splitStatements(sql), offset)?.text

  it('is the one that the cursor stands in', () => {
    expect(at(sql.indexOf('1'))).toBe('SELECT 1')
    expect(at(sql.indexOf('SELECT 2'))).toBe('SELECT 2')
    expect(at(sql.indexOf('3'))).toBe('SELECT 3')
  })

  it('is the one just finished when the cursor stands behind its semicolon', () => {
    expect(at(sql.indexOf(';') + 1)).toBe('SELECT 1')
  })

  it('is the next one on a line of its own, comments included', () => {
    expect(at(sql.indexOf('\n') + 1)).toBe('SELECT 2')
    expect(at(sql.indexOf('two'))).toBe('SELECT 2')
  })

  it('is the last one behind everything', () => {
    expect(at(sql.length)).toBe('SELECT 3')
    expect(statementAt('', [], 0)).toBeNull()
  })
})

describe('what a run sends', () => {
  const sql = 'SELECT 1; SELECT 2; SELECT 3'

  it('is the current statement where nothing is selected', () => {
    expect(statementsToRun(sql, { start: 11, end: 11 }, 'current').map(({ text }) => text)).toEqual(['SELECT 2'])
  })

  it('is the selection where there is one, at its place in the text', () => {
    const [first, ...rest] = statementsToRun(sql, { start: 10, end: 28 }, 'current')
    expect(first).toMatchObject({ text: 'SELECT 2', start: 10, end: 18 })
    expect(rest.map(({ text }) => text)).toEqual(['SELECT 3'])
  })

  it('is every statement in order when all are asked for', () => {
    expect(statementsToRun(sql, { start: 0, end: 0 }, 'all')).toHaveLength(3)
  })
})

describe('statements after an edit', () => {
  const pieces = ["'", '"', '$$', '$a$', '--', '/*', '*/', ';', ';', ';', '\n', ' ', 'E', 'x', '1', '\\', 'é']
  const text = (maxLength: number) => fc.array(fc.constantFrom(...pieces), { maxLength }).map((parts) => parts.join(''))

  it('are those of the whole text, whatever is written, cut out or put in the place of something', () => {
    fc.assert(
      fc.property(text(40), text(6), fc.nat(), fc.nat(), (sql, put, at, length) => {
        const start = at % (sql.length + 1)
        const end = Math.min(sql.length, start + (length % 8))
        const after = sql.slice(0, start) + put + sql.slice(end)
        const edited = editedStatements({ sql, statements: splitStatements(sql) }, { start, end }, after)
        expect(edited).toEqual(splitStatements(after))
      }),
      { numRuns: 2_000 },
    )
  })

  it('are read anew only where the edit is: what stands before it is kept, what stands behind it is moved', () => {
    const line = "SELECT 'a;b', $$;$$ -- ;\n;\n"
    const sql = line.repeat(5_000)
    const statements = splitStatements(sql)
    const at = line.length * 2_500 + 'SELECT'.length
    const after = `${sql.slice(0, at)} 1,${sql.slice(at)}`
    const edited = editedStatements({ sql, statements }, { start: at, end: at }, after)
    expect(edited.slice(0, 2_500).every((statement, index) => statement === statements[index])).toBe(true)
    expect(edited[2_500]!.text).toBe("SELECT 1, 'a;b', $$;$$")
    // A text that was read anew would have been cut anew.
    expect(edited.slice(2_501).every(({ text }, index) => text === statements[index + 2_501]!.text)).toBe(true)
    expect(edited).toEqual(splitStatements(after))
  })

  it('cost a small part of reading the whole text', () => {
    const sql = 'SELECT country, sum(total) FROM orders WHERE id > 1 GROUP BY 1;\n'.repeat(5_000)
    const before = { sql, statements: splitStatements(sql) }
    const at = Math.floor(sql.length / 2)
    const after = `${sql.slice(0, at)}x${sql.slice(at)}`
    const fastest = (work: () => unknown) => {
      let ms = Infinity
      for (let round = 0; round < 15; round += 1) {
        const startMs = performance.now()
        work()
        ms = Math.min(ms, performance.now() - startMs)
      }
      return ms
    }
    const whole = fastest(() => splitStatements(after))
    const part = fastest(() => editedStatements(before, { start: at, end: at }, after))
    expect(part).toBeLessThan(whole / 4)
  })
})

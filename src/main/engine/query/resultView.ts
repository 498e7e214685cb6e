import { MillraceError } from '../../contract/errors.ts'
import { isWhole } from '../../contract/resultView.ts'
import type { ColumnFilter, Comparison, ResultView } from '../../contract/resultView.ts'
import type { EngineName, ResultColumn } from '../../contract/values.ts'
import type { Statement } from './statement.ts'

/** What a person asks for: a statement, and what of its result. */
export interface AskedStatement {
  written: Statement
  view: ResultView
}

/**
 * A person's search, filters and order as SQL around their statement, for either engine. Values are
 * parameters, numbered after the statement's own; columns are `c0`, `c1`…, so that no name of theirs
 * stands in what is added.
 */
export function viewedStatement(
  statement: Statement,
  columns: readonly ResultColumn[],
  view: ResultView,
  engine: EngineName,
): Statement {
  if (isWhole(view) || columns.length === 0) return statement
  const words = new ViewWords(engine, columns, statement.values)
  const conditions = [...words.search(view.search), ...view.filters.map((filter) => words.filter(filter))]
  const order = view.order.map(({ column, direction }) => words.order(column, direction === 'descending'))
  const names = columns.map((_, at) => `c${at}`).join(', ')
  const sql = [
    `${BEFORE}${statement.body}\n) AS result(${names})`,
    ...(conditions.length > 0 ? [`WHERE ${conditions.join(' AND ')}`] : []),
    ...(order.length > 0 ? [`ORDER BY ${order.join(', ')}`] : []),
  ].join('\n')
  return { ...statement, sql, body: sql, firstWord: 'select', mainWord: 'select', values: words.values }
}

const BEFORE = 'SELECT * FROM ('

/** The fault of a viewed statement with its place in the person's own text, or none where it lies in what was added. */
export function asWritten(error: unknown, statement: Statement, viewed: Statement): unknown {
  if (!(error instanceof MillraceError) || viewed === statement) return error
  const fault = error.toFault()
  const inBody = (fault.place?.offset ?? -1) - BEFORE.length
  const isWithin = inBody >= 0 && inBody < statement.body.length
  const offset = inBody + statement.sql.indexOf(statement.body)
  return new MillraceError({ ...fault, place: isWithin ? { ...fault.place, offset } : undefined }, { cause: error })
}

/** Numbers as people write and the grid shows them: thin spaces, underscores, the typographic minus. */
function plainNumber(value: string): string {
  return value.replace(/[\s\u2009\u202f_']/g, '').replace(/^\u2212/, '-')
}

const FLOATING = /^(FLOAT|DOUBLE|real$|double precision$)/
const SMALL_INTEGER = /^(TINYINT|SMALLINT|INTEGER|BIGINT|smallint|integer|bigint)$/

class ViewWords {
  readonly values: (string | null)[]
  private readonly engine: EngineName
  private readonly columns: readonly ResultColumn[]
  private readonly textType: string

  constructor(engine: EngineName, columns: readonly ResultColumn[], values: readonly (string | null)[]) {
    this.engine = engine
    this.columns = columns
    this.values = [...values]
    this.textType = engine === 'replica' ? 'VARCHAR' : 'text'
  }

  search(text: string): string[] {
    if (text === '') return []
    const searched = this.columns.flatMap(({ kind }, at) => (kind === 'binary' ? [] : [at]))
    const wanted = this.bind(text, this.textType)
    return [`(${['false', ...searched.map((at) => this.holds(at, wanted))].join(' OR ')})`]
  }

  filter({ column, test }: ColumnFilter): string {
    const name = this.nameOf(column)
    switch (test.kind) {
      case 'null':
        return `${name} IS NULL`
      case 'not-null':
        return `${name} IS NOT NULL`
      case 'contains':
        return this.holds(column, this.bind(test.value, this.textType))
      case 'lacks':
        return `NOT coalesce(${this.holds(column, this.bind(test.value, this.textType))}, false)`
      case 'begins':
        return `starts_with(lower(${this.textOf(column)}), lower(${this.bind(test.value, this.textType)}))`
      case 'ends': {
        const wanted = this.bind(test.value, this.textType)
        return `right(lower(${this.textOf(column)}), length(${wanted})) = lower(${wanted})`
      }
      default:
        return this.comparison(column, test.kind, test.value)
    }
  }

  order(column: number, descending: boolean): string {
    const name = this.nameOf(column)
    // Postgres has no order of json: https://www.postgresql.org/docs/current/datatype-json.html
    const ordered = this.engine === 'source' && this.columns[column]!.type === 'json' ? this.textOf(column) : name
    return `${ordered} ${descending ? 'DESC' : 'ASC'} NULLS LAST`
  }

  private comparison(column: number, kind: Comparison, value: string): string {
    const { kind: valueKind, type } = this.columns[column]!
    const operator = operators[kind]
    const isEquality = kind === 'equal' || kind === 'not-equal'
    const asType = (typeName: string, given = value): string => {
      return `${this.nameOf(column)} ${operator} ${this.bind(given, typeName)}`
    }
    switch (valueKind) {
      case 'number':
        return asType(this.numberType(type, plainNumber(value)), plainNumber(value))
      case 'instant':
        // Without its precision, to which the value would be rounded.
        return asType(type.replace(/\(\d+\)/, ''))
      case 'boolean':
        return asType('BOOLEAN')
      case 'other':
        // Not every type knows equality, but every value has its text; only order needs the type.
        return isEquality ? this.textComparison(column, operator, value) : asType(type)
      case 'text':
        if (this.engine === 'source' && /^(text|character varying|name)\b/.test(type)) return asType('text')
        if (this.engine === 'source' && /^uuid$/.test(type)) return asType('uuid')
        return this.textComparison(column, operator, value)
      default:
        return this.textComparison(column, operator, value)
    }
  }

  /** A type that holds the value to its last digit: rounding it would compare with something else. */
  private numberType(type: string, value: string): string {
    if (FLOATING.test(type)) return type
    const decimal = /^[+-]?(\d*)(?:\.(\d+))?$/.exec(value)
    if (this.engine === 'source') {
      return decimal && decimal[2] === undefined && decimal[1]!.length <= 18 && SMALL_INTEGER.test(type) ? 'bigint' : 'numeric'
    }
    if (!decimal) return type.startsWith('DECIMAL') ? 'DOUBLE' : type
    const fraction = decimal[2]?.length ?? 0
    if (fraction > 0) return `DECIMAL(38, ${Math.min(fraction, 38)})`
    return decimal[1]!.length <= 18 && SMALL_INTEGER.test(type) ? 'BIGINT' : 'HUGEINT'
  }

  private textComparison(column: number, operator: string, value: string): string {
    return `${this.textOf(column)} ${operator} ${this.bind(value, this.textType)}`
  }

  private holds(column: number, wanted: string): string {
    const text = this.textOf(column)
    return this.engine === 'replica'
      ? `contains(lower(${text}), lower(${wanted}))`
      : `strpos(lower(${text}), lower(${wanted})) > 0`
  }

  private textOf(column: number): string {
    return `CAST(${this.nameOf(column)} AS ${this.textType})`
  }

  private nameOf(column: number): string {
    if (column < this.columns.length) return `c${column}`
    throw new MillraceError({
      code: 'INPUT_INVALID',
      message: 'A filter or an order names a column that the result does not have.',
      advice: 'Clear the filters, then set them again.',
    })
  }

  private bind(value: string, type: string): string {
    this.values.push(value)
    return `CAST($${this.values.length} AS ${type})`
  }
}

const operators: Readonly<Record<Comparison, string>> = {
  equal: '=',
  'not-equal': 'IS DISTINCT FROM',
  less: '<',
  'at-most': '<=',
  greater: '>',
  'at-least': '>=',
}

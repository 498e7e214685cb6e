/**
 * How one source type is kept. A mapping is complete: what read_csv parses, what is stored, and how
 * the one becomes the other.
 */
export interface Mapping {
  /** The replica column's DuckDB type. */
  replicaType: string
  /**
   * True where `read_csv` parses Postgres's text into `replicaType` exactly and fails on what does
   * not fit. Never true for the two types with a time zone: read_csv gives NULL where it cannot
   * parse them. Never for DATE: its parser ends before ` BC` and leaves it unsaid.
   */
  parsedByReader: boolean
  /** SQL from Postgres's text (any SQL expression) to `replicaType`; NULL to NULL, failing on what does not fit. */
  fromText(text: string): string
  /**
   * How the text of a list of these becomes the list: by one cast of the whole list, element by
   * element through `fromText`, or not at all (the array is kept as its text).
   */
  inArrays: 'cast' | 'each' | 'never'
  exactness: 'exact' | 'text'
  note?: string
  mayNeedQuotes: boolean
  /**
   * SQL whose equality is that of the values to the last bit, where DuckDB's `=` holds different
   * values equal (`1 mon` and `30 days`, 0 and -0).
   */
  distinguish?(value: string): string
}

const asText = (value: string): string => `CAST(${value} AS VARCHAR)`

/** Parsed by read_csv itself, the fast road. */
export function parsed(replicaType: string, more: Partial<Mapping> = {}): Mapping {
  return {
    replicaType,
    parsedByReader: true,
    fromText: (text) => `CAST(${text} AS ${replicaType})`,
    inArrays: 'cast',
    exactness: 'exact',
    mayNeedQuotes: false,
    ...more,
  }
}

/** Read as text and brought into `replicaType` by an expression. */
export function converted(replicaType: string, fromText: Mapping['fromText'], more: Partial<Mapping> = {}): Mapping {
  return {
    replicaType,
    parsedByReader: false,
    fromText,
    inArrays: 'each',
    exactness: 'exact',
    mayNeedQuotes: false,
    ...more,
  }
}

/** A character string: the text is the value. */
export function string(note?: string): Mapping {
  return { ...text(note ?? ''), exactness: 'exact', note }
}

/** A type that DuckDB has no counterpart for: its Postgres text. */
export function text(note: string, more: Partial<Mapping> = {}): Mapping {
  return {
    replicaType: 'VARCHAR',
    parsedByReader: true,
    fromText: (value) => value,
    inArrays: 'cast',
    exactness: 'text',
    note,
    mayNeedQuotes: true,
    ...more,
  }
}

export const floating = (replicaType: 'FLOAT' | 'DOUBLE'): Mapping => parsed(replicaType, { distinguish: asText })

/**
 * Postgres writes the era last, DuckDB behind the date: `0044-03-15 12:00:00 BC` is
 * `0044-03-15 (BC) 12:00:00`. The cast fails beyond DuckDB's range.
 * https://www.postgresql.org/docs/current/datatype-datetime.html
 */
export const instant = (replicaType: 'TIMESTAMP' | 'TIMESTAMPTZ'): Mapping =>
  converted(
    replicaType,
    (value) =>
      `CASE WHEN suffix(${value}, ' BC') ` +
      `THEN CAST(replace(left(${value}, -3), ' ', ' (BC) ') AS ${replicaType}) ` +
      `ELSE CAST(${value} AS ${replicaType}) END`,
  )

export const date = converted(
  'DATE',
  (value) =>
    `CASE WHEN suffix(${value}, ' BC') THEN CAST(replace(${value}, ' BC', ' (BC)') AS DATE) ` +
    `ELSE CAST(${value} AS DATE) END`,
)

/**
 * Both engines keep months, days and microseconds apart, and DuckDB reads Postgres's style but for
 * the plus sign of mixed intervals. https://www.postgresql.org/docs/current/datatype-datetime.html
 */
export const interval = converted(
  'INTERVAL',
  (value) =>
    `CASE WHEN contains(${value}, '+') THEN CAST(replace(${value}, '+', '') AS INTERVAL) ` +
    `ELSE CAST(${value} AS INTERVAL) END`,
  {
    distinguish: asText,
    note:
      'Months, days and microseconds are kept apart; ' +
      'an infinite interval, or one of 10^9 hours or more, turns the column to text.',
  },
)

/** `bytea_output = hex`: `\x` and the digits. */
export const bytes = converted('BLOB', (value) => `unhex(substr(${value}, 3))`)

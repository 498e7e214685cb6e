import type { Mapping } from './mapping.ts'

/** Elements with a comma, quote, brace, backslash or white space, and the empty one, come quoted. */
const ELEMENT_PATTERN = '"(?:[^"\\\\]|\\\\.)*"|[^,"]+'

/**
 * SQL from the text of a Postgres array to a list of its elements' texts. The dimensions are not in a
 * Postgres column's type: `{{1,2}}` and `[0:1]={1,2}` may come in any array column. They go into a
 * cast that fails, so that the column is kept as text rather than changed.
 * https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
function elementTexts(array: string): string {
  const inner = `substr(${array}, 2, length(${array}) - 2)`
  const failing = `CAST('more than one dimension, or another lower bound' || left(${array}, 0) AS VARCHAR[])`
  const quoted = `substr(element, 2, length(element) - 2)`
  const unquoted =
    `CASE WHEN contains(element, '\\') THEN regexp_replace(${quoted}, '\\\\(.)', '\\1', 'gs') ELSE ${quoted} END`
  const split = `string_split(${inner}, ',')`
  return (
    `CASE WHEN ${array} = '{}' THEN CAST([] AS VARCHAR[]) ` +
    `WHEN NOT starts_with(${array}, '{') OR starts_with(${array}, '{{') THEN ${failing} ` +
    `WHEN contains(${array}, '"') THEN list_transform(` +
    `regexp_extract_all(${inner}, '${ELEMENT_PATTERN}', 0, 's'), lambda element: ` +
    `CASE WHEN element = 'NULL' THEN NULL WHEN starts_with(element, '"') THEN ${unquoted} ELSE element END) ` +
    `WHEN contains(${array}, 'NULL') THEN list_transform(${split}, lambda element: nullif(element, 'NULL')) ` +
    `ELSE ${split} END`
  )
}

/** A list of `element`s; null where an array of them is kept as its text. */
export function listOf(element: Mapping): Mapping | null {
  if (element.inArrays === 'never') return null
  const replicaType = `${element.replicaType}[]`
  const fromText = (array: string): string => {
    const texts = elementTexts(array)
    if (replicaType === 'VARCHAR[]') return texts
    if (element.inArrays === 'cast') return `CAST(${texts} AS ${replicaType})`
    return `list_transform(${texts}, lambda item: ${element.fromText('item')})`
  }
  const rule = 'One dimension that begins at 1; any other array turns the column to text.'
  return {
    replicaType,
    parsedByReader: false,
    fromText,
    inArrays: 'never',
    exactness: element.exactness,
    note: element.note === undefined ? rule : `${rule} ${element.note}`,
    mayNeedQuotes: true,
    ...(element.distinguish ? { distinguish: (value: string) => `CAST(${value} AS VARCHAR)` } : {}),
  }
}

import { savedQueryWordsSchema } from '../../contract/savedQueries.ts'
import type { SavedQueryWords } from '../../contract/savedQueries.ts'

const FENCE = '-- ---'
const LINE = /^-- ?([A-Za-z][\w-]*): ?(.*)$/

/**
 * A saved query as a file that any SQL tool can run: its words stand in a comment at the top.
 *
 *     -- ---
 *     -- title: Revenue by country
 *     -- description: What each country brought since a day
 *     -- parameters: {"since":"2024-01-01"}
 *     -- chart: {"kind":"bar","x":"country","y":["revenue"]}
 *     -- ---
 *     SELECT …
 *
 * Other names in it are somebody else's: they are read over, and kept when the file is written.
 */
export function readFrontMatter(file: string): { words: SavedQueryWords; others: string[]; sql: string } {
  const lines = file.replace(/^\ufeff/, '').split(/\r?\n/)
  const end = lines[0]?.trimEnd() === FENCE ? lines.findIndex((line, at) => at > 0 && line.trimEnd() === FENCE) : -1
  const found = lines.slice(1, Math.max(end, 1)).map((line) => LINE.exec(line))
  const noWords: SavedQueryWords = { title: '', description: '', parameters: {}, chart: null }
  if (end === -1 || found.some((line) => line === null)) return { words: noWords, others: [], sql: lines.join('\n') }
  const words: Record<string, unknown> = { ...noWords }
  const others: string[] = []
  for (const [line, name, value] of found as RegExpExecArray[]) {
    if (!(name! in noWords)) others.push(line)
    else words[name!] = name === 'parameters' || name === 'chart' ? parsed(value!) : value
  }
  const { shape } = savedQueryWordsSchema
  const known = <Name extends keyof SavedQueryWords>(name: Name): SavedQueryWords[Name] => {
    const read = shape[name].safeParse(words[name])
    return (read.success ? read.data : noWords[name]) as SavedQueryWords[Name]
  }
  return {
    words: {
      title: known('title'), description: known('description'), parameters: known('parameters'), chart: known('chart'),
    },
    others,
    sql: lines.slice(end + 1).join('\n'),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The file of a query; without a front matter where there is nothing to say. Ends in one line break. */
export function writeFrontMatter(words: SavedQueryWords, sql: string, others: readonly string[] = []): string {
  const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
  const lines = [
    ...(words.title ? [`title: ${oneLine(words.title)}`] : []),
    ...(words.description ? [`description: ${oneLine(words.description)}`] : []),
    ...(Object.keys(words.parameters).length > 0 ? [`parameters: ${JSON.stringify(words.parameters)}`] : []),
    ...(words.chart ? [`chart: ${JSON.stringify(words.chart)}`] : []),
  ].map((line) => `-- ${line}`).concat(others)
  const matter = lines.length > 0 ? [FENCE, ...lines, FENCE, ''].join('\n') : ''
  return `${matter}${sql.trimEnd()}\n`
}

import { useMemo } from 'react'
import { create } from 'zustand'
import type { GridLayout, GridLayouts } from '../../../main/contract/settings.ts'
import type { ResultColumn } from '../../../main/contract/values.ts'
import { engine } from '../../app/engineClient.ts'
import { tokensOf } from '../../components/sql/lexer.ts'
import type { Token } from '../../components/sql/lexer.ts'
import { referencesOf } from '../../components/sql/tableReferences.ts'

/** How a person has arranged the columns of results, by `layoutKeys`. */
export const useLayouts = create<{ byKey: GridLayouts }>()(() => ({ byKey: {} }))

const LONGEST_KEY = 8_000

/**
 * What a result is known again by, the closest first. Its statement: whatever its spaces, comments and the case of its
 * words. Then its shape: the tables that it names and the names of its columns, so that another condition, or the other
 * engine, begins with the arrangement that results of this shape had last. What is too long to remember is left out.
 */
export function layoutKeys(sql: string, columns: readonly ResultColumn[]): string[] {
  const tokens = tokensOf(sql)
  const { tables } = referencesOf(sql, tokens)
  const tableNames = [...new Set(tables.map(({ schema, name }) => (schema === null ? name : `${schema}.${name}`)))].sort()
  const columnNames = columns.map(({ name }) => name)
  return [
    JSON.stringify(['statement', wordsOf(sql, tokens), columnNames]),
    JSON.stringify([tableNames, columnNames]),
  ].filter((key) => key.length <= LONGEST_KEY)
}

function wordsOf(sql: string, tokens: readonly Token[]): string {
  return tokens
    .filter(({ kind }) => kind !== 'comment' && kind !== 'semicolon')
    .map(({ kind, start, end }) => (kind === 'word' ? sql.slice(start, end).toLowerCase() : sql.slice(start, end)))
    .join(' ')
}

/** Reads the layouts of the workspace that is open. */
export async function readLayouts(): Promise<void> {
  useLayouts.setState({ byKey: await engine.settings.readLayouts() })
}

/** How the columns of a result are arranged; null where nobody has. */
export function useLayoutOf(result: { sql: string; columns: readonly ResultColumn[] } | null): GridLayout | null {
  const keys = useMemo(() => (result ? layoutKeys(result.sql, result.columns) : []), [result])
  return useLayouts(({ byKey }) => layoutBy(byKey, keys))
}

export function layoutBy(byKey: GridLayouts, keys: readonly string[]): GridLayout | null {
  const known = keys.find((key) => byKey[key])
  return known === undefined ? null : byKey[known]!
}

/** Remembered under each of the keys from now on, through a restart; null forgets it. */
export function keepLayout(keys: readonly string[], layout: GridLayout | null): void {
  useLayouts.setState(({ byKey }) => ({ byKey: withLayout(byKey, keys, layout) }))
  // The window goes on with it where the link is down; the next arrangement is written.
  for (const key of keys) engine.settings.writeLayout({ key, layout }).catch(() => undefined)
}

export function withLayout(byKey: GridLayouts, keys: readonly string[], layout: GridLayout | null): GridLayouts {
  const others = Object.entries(byKey).filter(([key]) => !keys.includes(key))
  return Object.fromEntries([...others, ...(layout ? keys.map((key) => [key, layout] as const) : [])])
}

/** How many columns a layout hides. */
export function hiddenColumns(layout: GridLayout | null): number {
  return layout?.columns.filter(({ isHidden }) => isHidden).length ?? 0
}

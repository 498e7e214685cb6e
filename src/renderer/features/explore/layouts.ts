import { useMemo } from 'react'
import { create } from 'zustand'
import type { GridLayout, GridLayouts } from '../../../main/contract/settings.ts'
import type { ResultColumn } from '../../../main/contract/values.ts'
import { engine } from '../../app/engineClient.ts'
import { tokensOf } from '../../components/sql/lexer.ts'
import { referencesOf } from '../../components/sql/tableReferences.ts'

/** How a person has arranged the columns of results, by `layoutKey`. */
export const useLayouts = create<{ byKey: GridLayouts }>()(() => ({ byKey: {} }))

const LONGEST_KEY = 8_000

/**
 * What a result is known by: the tables that its statement names and the names of its columns. So a layout stays
 * while a condition or an order is changed, and on either engine. Null where there are too many columns to remember.
 */
export function layoutKey(sql: string, columns: readonly ResultColumn[]): string | null {
  const { tables } = referencesOf(sql, tokensOf(sql))
  const names = [...new Set(tables.map(({ schema, name }) => (schema === null ? name : `${schema}.${name}`)))].sort()
  const key = JSON.stringify([names, columns.map(({ name }) => name)])
  return key.length > LONGEST_KEY ? null : key
}

/** Reads the layouts of the workspace that is open. */
export async function readLayouts(): Promise<void> {
  useLayouts.setState({ byKey: await engine.settings.readLayouts() })
}

/** How the columns of a result are arranged; null where nobody has. */
export function useLayoutOf(result: { sql: string; columns: readonly ResultColumn[] } | null): GridLayout | null {
  const key = useMemo(() => (result ? layoutKey(result.sql, result.columns) : null), [result])
  return useLayouts((state) => (key === null ? null : (state.byKey[key] ?? null)))
}

/** Remembered from now on, through a restart; null forgets it. */
export function keepLayout(key: string, layout: GridLayout | null): void {
  const { [key]: _before, ...others } = useLayouts.getState().byKey
  useLayouts.setState({ byKey: layout === null ? others : { ...others, [key]: layout } })
  // The window goes on with it where the link is down; the next arrangement is written.
  engine.settings.writeLayout({ key, layout }).catch(() => undefined)
}

/** How many columns a layout hides. */
export function hiddenColumns(layout: GridLayout | null): number {
  return layout?.columns.filter(({ isHidden }) => isHidden).length ?? 0
}

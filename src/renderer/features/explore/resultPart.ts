import { create } from 'zustand'

/** What of a result is shown: its rows, a picture of them, or the statistics of its columns. */
export type ResultPart = 'rows' | 'chart' | 'statistics'

const useParts = create<{ byTab: Readonly<Record<string, ResultPart>> }>()(() => ({ byTab: {} }))

export function useResultPart(tabId: string): ResultPart {
  return useParts((state) => state.byTab[tabId] ?? 'rows')
}

export function showResultPart(tabId: string, part: ResultPart): void {
  useParts.setState(({ byTab }) => ({ byTab: { ...byTab, [tabId]: part } }))
}

import { create } from 'zustand'
import { goTo } from '../../app/places.ts'

/** Whether "open anything" is on the screen. */
export const useQuickOpen = create<{ open: boolean }>()(() => ({ open: false }))

/** Whatever is chosen opens in Explore, so it begins there. */
export function openQuickOpen(): void {
  goTo('explore')
  useQuickOpen.setState({ open: true })
}

export function closeQuickOpen(): void {
  useQuickOpen.setState({ open: false })
}

import { describe, expect, it } from 'vitest'
import type { EditorTab } from '../../../../../src/main/contract/settings.ts'
import {
  noTabs, restoredTabs, tabAtPlace, withActiveTab, withMovedTab, withRenamedTab, withReopenedTab, withTab, withoutTab,
} from '../../../../../src/renderer/features/explore/tabs.ts'
import { freshTab, nextTitle } from '../../../../../src/renderer/features/explore/tabs.ts'

const tab = (id: string, sql = `SELECT '${id}'`): EditorTab => ({ id, title: id, sql, engine: 'replica' })
const three = { tabs: [tab('a'), tab('b'), tab('c')], activeTabId: 'b', closed: [] }
const ids = (state: { tabs: readonly EditorTab[] }): string => state.tabs.map(({ id }) => id).join('')

describe('the tabs of the editor', () => {
  it('open a new one beside the active one', () => {
    expect(ids(withTab(three, tab('x')))).toBe('abxc')
    expect(withTab(noTabs, tab('x')).activeTabId).toBe('x')
  })

  it('go to the right neighbour when the active one is closed, at the end to the left one', () => {
    expect(withoutTab(three, 'b').activeTabId).toBe('c')
    expect(withoutTab(withActiveTab(three, 'c'), 'c').activeTabId).toBe('b')
    expect(withoutTab(three, 'a').activeTabId).toBe('b')
    expect(withoutTab({ ...three, tabs: [tab('b')] }, 'b').activeTabId).toBeNull()
  })

  it('come back where they stood, the last closed first', () => {
    const closed = withoutTab(withoutTab(three, 'a'), 'b')
    const back = withReopenedTab(closed)
    expect(ids(back)).toBe('bc')
    expect(back.activeTabId).toBe('b')
    expect(ids(withReopenedTab(back))).toBe('abc')
    expect(withReopenedTab(three)).toBe(three)
  })

  it('do not keep an empty one for coming back', () => {
    expect(withoutTab({ ...three, tabs: [tab('a', '  ')] }, 'a').closed).toEqual([])
  })

  it('keep their name where the new one is empty', () => {
    expect(withRenamedTab(three, 'a', '  revenue.sql ').tabs[0]!.title).toBe('revenue.sql')
    expect(withRenamedTab(three, 'a', ' ').tabs[0]!.title).toBe('a')
  })

  it('are reached by their number, 9 being the last', () => {
    expect(tabAtPlace(three, 1)?.id).toBe('a')
    expect(tabAtPlace(three, 9)?.id).toBe('c')
    expect(tabAtPlace(three, 4)).toBeUndefined()
  })

  it('move within the row and never out of it', () => {
    expect(ids(withMovedTab(three, 'a', 2))).toBe('bca')
    expect(ids(withMovedTab(three, 'a', -1))).toBe('abc')
  })

  it('take the first number that is free', () => {
    expect(nextTitle([{ ...tab('a'), title: 'Query 1' }, { ...tab('b'), title: 'Query 3' }])).toBe('Query 2')
  })

  it('come back after a restart as they were, with one that is active', () => {
    expect(restoredTabs({ tabs: [tab('a'), tab('b')], activeTabId: 'gone' }, 'f')).toMatchObject({ activeTabId: 'a' })
    expect(restoredTabs({ tabs: [], activeTabId: null }, 'f').tabs).toEqual([freshTab([], 'replica', 'f')])
  })
})

import { describe, expect, it } from 'vitest'
import { isOurKey } from '../../../../../src/renderer/components/grid/gridKeys.ts'

const key = (key: string, held: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({ key, shiftKey: false, ctrlKey: false, metaKey: false, ...held }) as KeyboardEvent

describe('the keys of a grid', () => {
  it.each([
    ['Home', {}], ['End', {}], ['End', { ctrlKey: true }], ['Home', { shiftKey: true }],
    ['ArrowDown', { shiftKey: true }], [' ', { shiftKey: true }], [' ', { ctrlKey: true }], ['a', { metaKey: true }],
    ['ContextMenu', {}], ['F10', { shiftKey: true }],
  ])('%s %o selects, jumps or opens a menu, and is kept from AG Grid', (name, held) => {
    expect(isOurKey(key(name, held))).toBe(true)
  })

  it.each([['ArrowDown', {}], ['PageDown', {}], ['Tab', {}], ['Tab', { shiftKey: true }], ['a', {}], ['F10', {}]])(
    '%s %o is left to AG Grid',
    (name, held) => expect(isOurKey(key(name, held))).toBe(false),
  )
})

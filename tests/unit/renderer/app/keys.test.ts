import { describe, expect, it } from 'vitest'
import { chordOf, keyCaps, normalChord } from '../../../../src/renderer/app/keys.ts'
import type { KeyPress } from '../../../../src/renderer/app/keys.ts'
import { commandFor } from '../../../../src/renderer/app/shortcuts.ts'

function press(key: string, code: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held }
}

describe('what is pressed', () => {
  it('is read in one spelling', () => {
    expect(chordOf(press('Enter', 'Enter', { ctrlKey: true, shiftKey: true }))).toBe('Ctrl+Shift+Enter')
    expect(chordOf(press('k', 'KeyK', { ctrlKey: true }))).toBe('Ctrl+K')
    expect(chordOf(press('F1', 'F1'))).toBe('F1')
  })

  it('means the same with Cmd as with Ctrl', () => {
    expect(chordOf(press('k', 'KeyK', { metaKey: true }))).toBe('Ctrl+K')
  })

  it('finds digits by their place, where Shift or Option types a sign', () => {
    expect(chordOf(press('!', 'Digit1', { ctrlKey: true, altKey: true }))).toBe('Ctrl+Alt+1')
  })

  it('finds letters by what the layout says, else by their place', () => {
    expect(chordOf(press('z', 'KeyY', { ctrlKey: true }))).toBe('Ctrl+Z')
    expect(chordOf(press('ƒ', 'KeyF', { altKey: true, shiftKey: true }))).toBe('Alt+Shift+F')
  })

  it('is nothing while only modifiers are down', () => {
    expect(chordOf(press('Control', 'ControlLeft', { ctrlKey: true }))).toBeNull()
  })
})

it('takes a shortcut in any order of its modifiers', () => {
  expect(normalChord('Shift+Alt+f')).toBe('Alt+Shift+F')
  expect(normalChord('Cmd+K')).toBe('Ctrl+K')
  expect(normalChord('Ctrl++')).toBe('Ctrl++')
})

it('shows the caps of the machine at hand', () => {
  expect(keyCaps('Ctrl+Enter', false)).toEqual(['Ctrl', '⏎'])
  expect(keyCaps('Ctrl+Shift+Enter', true)).toEqual(['⌘', '⇧', '⏎'])
  expect(keyCaps('Ctrl++', false)).toEqual(['Ctrl', '+'])
})

describe('a shortcut', () => {
  const command = (id: string, when = true) => ({ id, label: id, keys: ['Ctrl+Enter'], group: '', when: () => when, perform() {} })

  it('goes to the command that came last, if it is available', () => {
    expect(commandFor('Ctrl+Enter', [command('first'), command('second')])?.id).toBe('second')
    expect(commandFor('Ctrl+Enter', [command('first'), command('second', false)])?.id).toBe('first')
    expect(commandFor('Ctrl+K', [command('first')])).toBeUndefined()
  })
})

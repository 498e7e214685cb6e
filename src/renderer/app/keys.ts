/** Shortcuts as text: what is pressed, what is registered and what is shown meet in one spelling. */

export interface KeyPress {
  key: string
  code: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

const modifierKeys = new Set(['Control', 'Meta', 'Alt', 'Shift', 'AltGraph', 'OS', 'CapsLock', 'Dead'])

function nameOfKey({ key, code }: KeyPress): string {
  // Digits by their place: with Shift or Option the key says `!` or `¡`.
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)
  if (digit) return digit[1]!
  if (/^[a-z]$/i.test(key)) return key.toUpperCase()
  // Letters by their place where the layout gives something else, as Option does on a Mac.
  const letter = /^Key([A-Z])$/.exec(code)
  if (letter) return letter[1]!
  if (key === '?') return '?'
  if (code === 'Slash') return '/'
  if (code === 'Period') return '.'
  if (key === ' ') return 'Space'
  return key.length === 1 ? key.toUpperCase() : key
}

/** `Ctrl+Shift+Enter` of a key event; null while only modifiers are down. */
export function chordOf(press: KeyPress): string | null {
  if (modifierKeys.has(press.key)) return null
  const parts: string[] = []
  if (press.ctrlKey || press.metaKey) parts.push('Ctrl')
  if (press.altKey) parts.push('Alt')
  // What Shift types is a key of its own: `?` is not Shift and `?`.
  if (press.shiftKey && !(press.key === '?' && parts.length === 0)) parts.push('Shift')
  parts.push(nameOfKey(press))
  return parts.join('+')
}

const order = ['Ctrl', 'Alt', 'Shift']

/** The registered spelling with its modifiers in our order: `Shift+Alt+f` is `Alt+Shift+F`. */
export function normalChord(chord: string): string {
  // `Ctrl++` names the plus key.
  const parts = chord.endsWith('++') ? [...chord.slice(0, -2).split('+'), '+'] : chord.split('+')
  const key = parts.at(-1)!
  const modifiers = parts.slice(0, -1).map((part) => (part === 'Cmd' || part === 'Mod' ? 'Ctrl' : part))
  modifiers.sort((first, second) => order.indexOf(first) - order.indexOf(second))
  return [...modifiers, /^[a-z]$/.test(key) ? key.toUpperCase() : key].join('+')
}

const signs: Record<string, string> = {
  Enter: '⏎',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
}
const macSigns: Record<string, string> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧' }

/** The caps of a chord as a person reads them: `['Ctrl', '⏎']`, on a Mac `['⌘', '⏎']`. */
export function keyCaps(chord: string, isMac: boolean): string[] {
  return normalChord(chord)
    .split(/\+(?!$)/)
    .map((part) => (isMac ? macSigns[part] : undefined) ?? signs[part] ?? part)
}

export const runsOnMac = /mac/i.test(globalThis.navigator?.platform ?? '')

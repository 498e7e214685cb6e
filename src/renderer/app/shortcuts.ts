import { keysOf, useKeyRecording } from './bindings.ts'
import { isAvailable, useCommandRegistry } from './commands.ts'
import type { Command } from './commands.ts'
import { chordOf, normalChord } from './keys.ts'

/** The command that a chord means now: the one registered last among the available ones. */
export function commandFor(chord: string, commands: readonly Command[]): Command | undefined {
  return commands.findLast((command) => keysOf(command).some((key) => normalChord(key) === chord) && isAvailable(command))
}

function isPlainTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1) return false
  const target = event.target as HTMLElement | null
  return Boolean(target?.closest('input, textarea, select, [contenteditable="true"]'))
}

/**
 * Listens for as long as the window lives. In the capture phase, so that one registry decides and an
 * editor or a grid with keys of its own does not answer too. While a dialog is open its keys are its own.
 */
export function listenForShortcuts(target: Window): () => void {
  function onKeyDown(event: KeyboardEvent): void {
    if (useKeyRecording.getState().commandId !== null) return
    if (event.isComposing || isPlainTyping(event)) return
    // AltGr types characters; on many layouts it arrives as Ctrl+Alt.
    if (event.getModifierState('AltGraph')) return
    if (target.document.querySelector('dialog[open]')) return
    const chord = chordOf(event)
    if (!chord) return
    const command = commandFor(chord, useCommandRegistry.getState().commands)
    if (!command) return
    event.preventDefault()
    event.stopPropagation()
    void command.perform()
  }
  target.addEventListener('keydown', onKeyDown, { capture: true })
  return () => target.removeEventListener('keydown', onKeyDown, { capture: true })
}

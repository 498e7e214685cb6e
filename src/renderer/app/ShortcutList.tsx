import { useEffect } from 'react'
import { Pencil, RotateCcw, TriangleAlert } from 'lucide-react'
import { IconButton } from '../components/Button.tsx'
import { Kbd } from '../components/Kbd.tsx'
import { conflictsOf, keysOf, setKeys, useKeyRecording } from './bindings.ts'
import { readListed, useCommandRegistry } from './commands.ts'
import type { Command } from './commands.ts'
import { chordOf, keyCaps, runsOnMac } from './keys.ts'
import { byGroup } from './Palette.tsx'
import { usePreferences } from './preferences.ts'
import styles from './ShortcutList.module.css'

function stopRecording(): void {
  useKeyRecording.setState({ commandId: null })
}

/** Takes the next chord for the command: Esc leaves it as it was, Backspace takes its keys away. */
function Recorder({ command }: { command: Command }) {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      event.preventDefault()
      event.stopPropagation()
      const chord = chordOf(event)
      if (!chord) return
      if (chord === 'Backspace') void setKeys(command.id, [])
      else if (chord !== 'Escape') void setKeys(command.id, [chord])
      stopRecording()
      requestAnimationFrame(() => document.getElementById(`keys-of-${command.id}`)?.focus())
    }
    window.addEventListener('keydown', onKeyDown, { capture: true })
    window.addEventListener('mousedown', stopRecording)
    return () => {
      window.removeEventListener('keydown', onKeyDown, { capture: true })
      window.removeEventListener('mousedown', stopRecording)
    }
  }, [command])
  return <span className={styles.recording} role="status">Press the keys. Esc leaves it, Backspace takes them away.</span>
}

function Row({ command, canChange }: { command: Command; canChange: boolean }) {
  const set = usePreferences((state) => state.preferences.keys)
  const known = useCommandRegistry((state) => state.known)
  const isRecording = useKeyRecording((state) => state.commandId === command.id)
  const keys = keysOf(command, set)
  const conflicts = [...new Set(keys.flatMap((key) => conflictsOf(command, key, known, set)))]
  return (
    <div className={styles.shortcut}>
      <dt>{command.label}</dt>
      <dd>
        {conflicts.length > 0 && (
          <span className={styles.conflict}>
            <TriangleAlert size={13} strokeWidth={1.75} aria-hidden />
            {`also: ${conflicts.map(({ label }) => label).join(', ')}`}
          </span>
        )}
        {isRecording ? <Recorder command={command} /> : keys.map((key) => <Kbd key={key} caps={keyCaps(key, runsOnMac)} />)}
        {canChange && !isRecording && (
          <span className={styles.actions}>
            {set[command.id] && (
              <IconButton
                size="small" icon={RotateCcw} label={`Give “${command.label}” its own keys back`}
                onClick={() => void setKeys(command.id, null)}
              />
            )}
            <IconButton
              id={`keys-of-${command.id}`} size="small" icon={Pencil} label={`Change the keys of “${command.label}”`}
              onClick={() => useKeyRecording.setState({ commandId: command.id })}
            />
          </span>
        )}
      </dd>
    </div>
  )
}

/** Every command that was ever there, by group, with its keys. */
export function ShortcutList({ canChange = false }: { canChange?: boolean }) {
  const known = useCommandRegistry((state) => state.known)
  const set = usePreferences((state) => state.preferences.keys)
  useEffect(() => stopRecording, [])
  useEffect(() => void readListed(), [])
  const shown = canChange ? known : known.filter((command) => keysOf(command, set).length > 0)
  return (
    <div className={styles.groups} data-wide={!canChange || undefined}>
      {byGroup(shown).map(([group, members]) => (
        <div key={group} className={styles.group}>
          <h3>{group}</h3>
          <dl>
            {members.map((command) => <Row key={command.id} command={command} canChange={canChange} />)}
          </dl>
        </div>
      ))}
    </div>
  )
}

import { create } from 'zustand'
import type { Command } from './commands.ts'
import { normalChord } from './keys.ts'
import { changePreferences, usePreferences } from './preferences.ts'

export type KeysById = Readonly<Record<string, readonly string[]>>

/** The keys of a command as the person has set them, else its own. */
export function keysOf(command: Command, set: KeysById = usePreferences.getState().preferences.keys): readonly string[] {
  return set[command.id] ?? command.keys ?? []
}

/** Commands of these groups are there in every place. */
const EVERYWHERE = new Set(['Window', 'Places'])

/** The commands that answer to the same key in the same place. */
export function conflictsOf(command: Command, chord: string, known: readonly Command[], set: KeysById): Command[] {
  const wanted = normalChord(chord)
  return known.filter(
    (other) =>
      other.id !== command.id &&
      (other.group === command.group || EVERYWHERE.has(other.group) || EVERYWHERE.has(command.group)) &&
      keysOf(other, set).some((key) => normalChord(key) === wanted),
  )
}

/** The command whose new key is being pressed; meanwhile no key does anything else. */
export const useKeyRecording = create<{ commandId: string | null }>()(() => ({ commandId: null }))

/** Null gives the command its own keys back; an empty list takes them away. */
export async function setKeys(commandId: string, keys: string[] | null): Promise<void> {
  const { [commandId]: _before, ...others } = usePreferences.getState().preferences.keys
  await changePreferences({ keys: keys === null ? others : { ...others, [commandId]: keys } })
}

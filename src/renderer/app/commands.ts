import { useEffect } from 'react'
import { create } from 'zustand'
import { usePlaceIsShown } from './places.ts'

/** One action, told once: it serves menu, palette and shortcut alike. */
export interface Command {
  /** Stable and dotted: `explore.run`. */
  id: string
  label: string
  /** `Ctrl+Shift+Enter`, `F5`; `Ctrl` is Cmd on a Mac. The first is the one that is shown. */
  keys?: string[]
  /** The heading in the palette and in the shortcuts sheet. */
  group: string
  /** False: hidden in the palette, and its keys go on to whoever else listens. */
  when?(): boolean
  perform(): void | Promise<void>
}

interface CommandRegistry {
  /** In order of registration; of two with the same key the later one is asked first. */
  commands: readonly Command[]
  /** Every command that was ever registered, one of each id: for the list of shortcuts. */
  known: readonly Command[]
}

export const useCommandRegistry = create<CommandRegistry>()(() => ({ commands: [], known: [] }))

/** Registers, and answers with the way back. A command of the same id is replaced while this one lasts. */
export function registerCommands(added: readonly Command[]): () => void {
  useCommandRegistry.setState(({ commands, known }) => ({
    commands: [...commands, ...added],
    known: [...new Map([...known, ...added].map((command) => [command.id, command])).values()],
  }))
  return () =>
    useCommandRegistry.setState(({ commands }) => ({ commands: commands.filter((command) => !added.includes(command)) }))
}

let unread: (() => Promise<readonly Command[]>)[] = []

/** Where the commands of places that were not shown yet can be read, for the list of shortcuts. */
export function listWhenAsked(lists: readonly (() => Promise<readonly Command[]>)[]): void {
  unread = [...lists]
}

/** Takes the commands of every place into `known`; once. */
export async function readListed(): Promise<void> {
  const lists = unread
  unread = []
  const listed = (await Promise.all(lists.map((list) => list()))).flat()
  // What was registered meanwhile is the command itself.
  useCommandRegistry.setState(({ known }) => ({
    known: [...known, ...listed.filter(({ id }) => !known.some((command) => command.id === id))],
  }))
}

/** Registers while mounted and shown. Give a stable array (`useMemo`). */
export function useCommands(commands: readonly Command[]): void {
  const shown = usePlaceIsShown()
  useEffect(() => (shown ? registerCommands(commands) : undefined), [commands, shown])
}

export function isAvailable(command: Command): boolean {
  return command.when?.() ?? true
}

/** Newest first, one of each id, the available ones only. */
export function availableCommands(commands: readonly Command[]): Command[] {
  const byId = new Map<string, Command>()
  for (const command of [...commands].reverse()) {
    if (!byId.has(command.id) && isAvailable(command)) byId.set(command.id, command)
  }
  return [...byId.values()].reverse()
}

export function performCommand(id: string): boolean {
  const found = availableCommands(useCommandRegistry.getState().commands).find((command) => command.id === id)
  if (!found) return false
  void found.perform()
  return true
}

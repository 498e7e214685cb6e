import { Command as Cmdk } from 'cmdk'
import { create } from 'zustand'
import { Dialog } from '../components/Dialog.tsx'
import { Kbd } from '../components/Kbd.tsx'
import { keysOf } from './bindings.ts'
import { availableCommands, useCommandRegistry } from './commands.ts'
import type { Command } from './commands.ts'
import { keyCaps, runsOnMac } from './keys.ts'
import { usePreferences } from './preferences.ts'
import styles from './Palette.module.css'

const usePalette = create<{ open: boolean }>()(() => ({ open: false }))

export function openPalette(): void {
  usePalette.setState({ open: true })
}

function closePalette(): void {
  usePalette.setState({ open: false })
}

export function byGroup(commands: readonly Command[]): [string, Command[]][] {
  const groups = new Map<string, Command[]>()
  for (const command of commands) groups.set(command.group, [...(groups.get(command.group) ?? []), command])
  return [...groups]
}

/** What the window can do everywhere comes after what is for the place. */
function ownFirst(groups: [string, Command[]][]): [string, Command[]][] {
  const everywhere = (group: string): number => (group === 'Window' ? 1 : group === 'Places' ? 2 : 0)
  return [...groups].sort(([one], [other]) => everywhere(one) - everywhere(other))
}

/** Every command that is available now, by name. */
export function Palette() {
  const open = usePalette((state) => state.open)
  return (
    <Dialog open={open} onClose={closePalette} title="Search or run a command" width={560} bare>
      <PaletteBody />
    </Dialog>
  )
}

function PaletteBody() {
  const registered = useCommandRegistry((state) => state.commands)
  const set = usePreferences((state) => state.preferences.keys)
  return (
    <Cmdk label="Commands" className={styles.palette} loop>
      <Cmdk.Input autoFocus placeholder="Search or run a command" className={styles.input} />
      <Cmdk.List className={styles.list}>
        <Cmdk.Empty className={styles.empty}>No command of that name.</Cmdk.Empty>
        {ownFirst(byGroup(availableCommands(registered))).map(([group, commands]) => (
          <Cmdk.Group key={group} heading={group} className={styles.group}>
            {commands.map((command) => (
              <Cmdk.Item
                key={command.id}
                value={`${command.label} ${command.id}`}
                className={styles.item}
                onSelect={() => {
                  closePalette()
                  void command.perform()
                }}
              >
                <span className={styles.label}>{command.label}</span>
                {keysOf(command, set)[0] && <Kbd caps={keyCaps(keysOf(command, set)[0]!, runsOnMac)} />}
              </Cmdk.Item>
            ))}
          </Cmdk.Group>
        ))}
      </Cmdk.List>
    </Cmdk>
  )
}

import { Suspense, useEffect, useMemo, useState } from 'react'
import { Skeleton } from '../components/Skeleton.tsx'
import { listWhenAsked, registerCommands } from './commands.ts'
import type { Command } from './commands.ts'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import { Notices } from './Notices.tsx'
import { OpeningDialog } from './OpeningDialog.tsx'
import { openPalette, Palette } from './Palette.tsx'
import { goTo, PlaceIsShown, usePlaces } from './places.ts'
import type { Place, PlaceId } from './places.ts'
import { toggleContrast, toggleTheme, usePreferences, zoom } from './preferences.ts'
import { Rail } from './Rail.tsx'
import { ScratchImport } from './ScratchImport.tsx'
import { askForFile } from './scratchImport.ts'
import { openShortcutSheet, ShortcutSheet } from './ShortcutSheet.tsx'
import { editSnippet } from './snippetDialog.ts'
import { SnippetDialog } from './SnippetDialog.tsx'
import styles from './Shell.module.css'
import { StatusBar } from './StatusBar.tsx'
import { TopBar } from './TopBar.tsx'
import { useWorkspaces } from './workspaces.ts'

function shellCommands(places: readonly Place[]): Command[] {
  return [
    ...places.map((place) => ({
      id: `place.${place.id}`,
      label: `Go to ${place.label}`,
      keys: [place.key],
      group: 'Places',
      perform: () => goTo(place.id),
    })),
    { id: 'palette.open', label: 'Search or run a command', keys: ['Ctrl+K', 'F1'], group: 'Window', perform: openPalette },
    {
      id: 'shortcuts.sheet', label: 'Show all shortcuts', keys: ['?', 'Ctrl+Alt+/'], group: 'Window',
      perform: openShortcutSheet,
    },
    { id: 'zoom.in', label: 'Larger', keys: ['Ctrl+=', 'Ctrl++', 'Ctrl+Shift++'], group: 'Window', perform: () => zoom(1) },
    { id: 'zoom.out', label: 'Smaller', keys: ['Ctrl+-'], group: 'Window', perform: () => zoom(-1) },
    { id: 'zoom.usual', label: 'Usual size', keys: ['Ctrl+0'], group: 'Window', perform: () => zoom(0) },
    {
      id: 'contrast.toggle', label: 'Switch high contrast on or off', group: 'Window', perform: toggleContrast,
    },
    {
      id: 'scratch.bring', label: 'Bring a file: CSV, JSON or Parquet becomes a table', keys: ['Ctrl+O'], group: 'Window',
      when: () => Boolean(useWorkspaces.getState().current), perform: () => askForFile(),
    },
    {
      id: 'snippets.add', label: 'Add a snippet of your own', group: 'Window',
      perform: () => editSnippet({ prefix: '', words: '', body: '' }),
    },
    { id: 'theme.toggle', label: 'Switch between light and dark', group: 'Window', perform: toggleTheme },
    ...places.flatMap((place) => place.commands?.() ?? []),
  ]
}

/** Rail, top bar, the place, and the lag beneath. */
export function Shell({ places }: { places: readonly Place[] }) {
  const current = usePlaces((state) => state.current)
  const commands = useMemo(() => shellCommands(places), [places])
  useEffect(() => registerCommands(commands), [commands])
  useEffect(() => listWhenAsked(places.flatMap(({ listed }) => listed ?? [])), [places])
  // What is drawn of numbers and instants is drawn anew where they are to be written otherwise.
  usePreferences(({ preferences }) => `${preferences.digitGrouping} ${preferences.timeZone}`)

  const [visited, setVisited] = useState<readonly PlaceId[]>([current])
  useEffect(() => {
    setVisited((before) => (before.includes(current) ? before : [...before, current]))
  }, [current])

  useEffect(() => {
    const place = places.find(({ id }) => id === current)
    document.title = place ? `${place.label} · Millrace` : 'Millrace'
  }, [current, places])

  return (
    <div className={styles.shell}>
      <TopBar />
      <Rail places={places} />
      <main className={styles.main}>
        {places
          .filter(({ id, keepsMounted }) => id === current || (keepsMounted && visited.includes(id)))
          .map(({ id, label, View }) => (
            <section key={id} aria-label={label} className={styles.place} hidden={id !== current}>
              <ErrorBoundary>
                <PlaceIsShown value={id === current}>
                  <Suspense fallback={<Skeleton label={`${label} is loading`} rows={8} />}>
                    <View />
                  </Suspense>
                </PlaceIsShown>
              </ErrorBoundary>
            </section>
          ))}
      </main>
      <footer className={styles.foot}>
        <StatusBar />
      </footer>
      <Notices />
      <Palette />
      <ShortcutSheet />
      <OpeningDialog />
      <ScratchImport />
      <SnippetDialog />
    </div>
  )
}

import { goTo, openedAtPlace } from './places.ts'
import { keepConnected, useConnection } from './engineClient.ts'
import { openLink } from './links.ts'
import { followLive, useLiveStore } from './live.ts'
import { readAppInfo } from './appInfo.ts'
import { readPreferences, startPreferences } from './preferences.ts'
import { listenForShortcuts } from './shortcuts.ts'
import { readWorkspaces, useWorkspaces } from './workspaces.ts'

async function readAnew(): Promise<void> {
  const first = useWorkspaces.getState().current === undefined
  await Promise.all([readPreferences(), readWorkspaces(), readAppInfo()])
  if (first && !openedAtPlace && useWorkspaces.getState().current) goTo('live')
}

/** Everything of the window that is not drawn: colours, the link, the figures, the keys. */
export function startWindow(): void {
  startPreferences()
  useConnection.subscribe((now, before) => {
    if (now.generation !== before.generation) readAnew().catch(() => undefined)
  })
  // The workspace may be opened by another hand: the command line, or another window.
  useLiveStore.subscribe((now, before) => {
    if (before.snapshot && now.snapshot?.workspaceId !== before.snapshot.workspaceId) {
      readWorkspaces().catch(() => undefined)
    }
  })
  keepConnected(openLink)
  followLive()
  listenForShortcuts(window)
}

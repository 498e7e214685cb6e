import { goTo, openedAtPlace, usePlaces } from './places.ts'
import { keepConnected, useConnection } from './engineClient.ts'
import { openLink } from './links.ts'
import { followNews } from './followNews.ts'
import { followLive, useLiveStore } from './live.ts'
import { readAppInfo } from './appInfo.ts'
import { readPreferences, startPreferences } from './preferences.ts'
import { listenForShortcuts } from './shortcuts.ts'
import { readWorkspaces, useWorkspaces } from './workspaces.ts'

/** True until the person has gone somewhere or typed something: only then may the window choose the place. */
let mayChoosePlace = !openedAtPlace

function showLiveOnceOpen(): void {
  if (!mayChoosePlace || !useWorkspaces.getState().current) return
  mayChoosePlace = false
  goTo('live')
}

async function readAnew(): Promise<void> {
  await Promise.all([readPreferences(), readWorkspaces(), readAppInfo()])
  showLiveOnceOpen()
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
      readWorkspaces().then(showLiveOnceOpen, () => undefined)
    }
  })
  const leaveAlone = (): void => void (mayChoosePlace = false)
  usePlaces.subscribe(leaveAlone)
  window.addEventListener('input', leaveAlone, { once: true })
  keepConnected(openLink)
  followNews()
  followLive()
  listenForShortcuts(window)
}

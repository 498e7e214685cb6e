import { useConnection } from './engineClient.ts'
import { useLiveStore } from './live.ts'
import { tell, useNotices } from './notices.ts'
import { usePlaces } from './places.ts'
import { newsBetween } from './streamNews.ts'
import type { Seen } from './streamNews.ts'
import { sourceNameOf, useWorkspaces } from './workspaces.ts'

/** Tells what comes about of the stream and of the engine's link, for as long as the window lives. */
export function followNews(): void {
  let seen: Seen | null = null
  useLiveStore.subscribe(({ snapshot }, before) => {
    if (!snapshot || snapshot === before.snapshot) return
    const told = newsBetween(seen, snapshot, sourceNameOf(useWorkspaces.getState().current))
    seen = told.seen
    for (const news of told.news) tell(news)
  })
  // That it is lost stands in the status bar for as long as it is.
  useConnection.subscribe((now, before) => {
    if (now.state === 'open' && before.state === 'lost') {
      tell({ subject: 'engine', tone: 'ok', text: 'The window has its engine again. What it shows is of now.' })
    }
  })
  // What a person now sees need not be told any more.
  usePlaces.subscribe(({ current }) => {
    useNotices.setState(({ notices }) => ({ notices: notices.filter(({ place }) => place !== current) }))
  })
}

import { create } from 'zustand'
import { goTo, usePlaces } from './places.ts'
import type { PlaceId } from './places.ts'

/** Something that has happened where the person does not look. */
export interface News {
  tone: 'ok' | 'warn' | 'bad'
  /** One sentence, or two. */
  text: string
  /** What it is about: later news of the same subject takes its place. */
  subject: string
  /** Where it can be seen; while that place is shown nothing is told. */
  place?: PlaceId
}

export interface Notice extends News {
  id: number
}

/** Oldest first. */
export const useNotices = create<{ notices: readonly Notice[] }>()(() => ({ notices: [] }))

/** More than these at once are not read. */
const MOST_SHOWN = 4

let lastId = 0

function isInSight(place: PlaceId | undefined): boolean {
  return place !== undefined && usePlaces.getState().current === place && document.visibilityState === 'visible'
}

/** Says it at the edge of the window, and to a screen reader in its own time; the focus stays where it is. */
export function tell(news: News): void {
  if (isInSight(news.place)) return putAwaySubject(news.subject)
  lastId += 1
  const notice = { ...news, id: lastId }
  useNotices.setState(({ notices }) => ({
    notices: [...notices.filter(({ subject }) => subject !== news.subject), notice].slice(-MOST_SHOWN),
  }))
}

export function putAway(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }))
}

function putAwaySubject(subject: string): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.subject !== subject) }))
}

/** Goes to the place that the notice is about. */
export function showPlaceOf({ id, place }: Notice): void {
  putAway(id)
  if (place) goTo(place)
}

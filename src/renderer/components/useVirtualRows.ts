import { useCallback, useEffect, useState } from 'react'
import type { RefObject } from 'react'

interface VirtualRows {
  /** Of the rows to draw: the first, and one past the last. */
  from: number
  to: number
  totalPixels: number
  /** Scrolls as little as is needed to have the row in sight. */
  reveal(index: number): void
}

const BEYOND_THE_EDGE = 8

/** Which rows of equal height a scrolled element has to draw. */
export function useVirtualRows(frame: RefObject<HTMLElement | null>, count: number, rowPixels: number): VirtualRows {
  const [place, setPlace] = useState({ top: 0, height: 600 })

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const measure = (): void => setPlace({ top: element.scrollTop, height: element.clientHeight })
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [frame])

  const reveal = useCallback(
    (index: number) => {
      const element = frame.current
      if (!element) return
      const top = index * rowPixels
      if (top < element.scrollTop) element.scrollTop = top
      else if (top + rowPixels > element.scrollTop + element.clientHeight) {
        element.scrollTop = top + rowPixels - element.clientHeight
      }
    },
    [frame, rowPixels],
  )

  return {
    from: Math.max(0, Math.floor(place.top / rowPixels) - BEYOND_THE_EDGE),
    to: Math.min(count, Math.ceil((place.top + place.height) / rowPixels) + BEYOND_THE_EDGE),
    totalPixels: count * rowPixels,
    reveal,
  }
}

/**
 * Above a height of its own AG Grid stretches the scroll: one pixel of it stands for several of the
 * rows. A turn of the wheel would then jump over rows that were never seen, so it is scaled back.
 * The height is set in ResultGrid.css, where the reason stands.
 */
export const TALLEST_PIXELS = 16_000_000

/** How many pixels of rows one pixel of scroll stands for; 1 where nothing is stretched. */
export function stretchOf(rows: number, rowPixels: number): number {
  return Math.max(1, (rows * rowPixels) / TALLEST_PIXELS)
}

const LINE_PIXELS = 28

/** Makes the wheel move the rows, not the stretched scroll. Answers with the way back. */
export function steadyWheel(frame: HTMLElement, stretch: () => number): () => void {
  let remainder = 0
  function onWheel(event: WheelEvent): void {
    const factor = stretch()
    const viewport = frame.querySelector<HTMLElement>('.ag-grid-viewport')
    if (factor <= 1 || !viewport || event.ctrlKey || event.shiftKey || event.deltaY === 0) return
    event.preventDefault()
    const unit = event.deltaMode === 1 ? LINE_PIXELS : event.deltaMode === 2 ? viewport.clientHeight : 1
    // The scroll stands on whole pixels: what a small turn leaves over is kept for the next one.
    const wanted = (event.deltaY * unit) / factor + remainder
    const whole = Math.trunc(wanted)
    remainder = wanted - whole
    viewport.scrollTop += whole
  }
  frame.addEventListener('wheel', onWheel, { passive: false })
  return () => frame.removeEventListener('wheel', onWheel)
}

/** Numbers as a terminal shows them: exact counts, bytes in decimal units, durations in two parts at most. */

export function formatCount(count: number): string {
  return Math.trunc(count).toString().replace(/\B(?=(\d{3})+$)/g, ',')
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 59.95) return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}

/** Rows of text as a table with aligned columns; a column named in `right` is set flush right. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): string {
  const widths = headings.map((heading, column) =>
    rows.reduce((width, row) => Math.max(width, displayWidth(row[column] ?? '')), displayWidth(heading)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const gap = ' '.repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell)))
        return right.has(column) ? gap + cell : cell + gap
      })
      .join('  ')
      .trimEnd()
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

// Characters count, not UTF-16 units; wide ones may still stand out by a place.
function displayWidth(text: string): number {
  return [...text].length
}

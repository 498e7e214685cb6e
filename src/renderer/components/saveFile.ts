/** Hands a file to the person, as a download of the host. */
export function saveFile(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content
  const url = URL.createObjectURL(blob)
  saveFrom(url, name)
  // The host has taken the file by the time that a task later runs.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** The same with what an address of our own serves; it goes from there to the disk, and not through the window. */
export function saveFrom(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}

/** A title as the name of a file on every system. */
export function fileNameOf(title: string, extension: string): string {
  const plain = title.trim().replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-+|-+$/g, '')
  return `${plain || 'millrace'}.${extension}`
}

import { saveFile } from '../../../components/saveFile.ts'

const MARGIN = 24
/** Beyond this a browser gives no canvas. */
const LONGEST_SIDE = 8_000

/** The drawing as a document of its own: whole, and with the colours of the page written out. */
export function svgDocument(drawing: SVGGElement, width: number, height: number): string {
  const copy = drawing.cloneNode(true) as SVGGElement
  copy.removeAttribute('transform')
  const style = getComputedStyle(document.documentElement)
  const box = `${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}`
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" width="${width + 2 * MARGIN}" height="${height + 2 * MARGIN}">` +
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="100%" height="100%" fill="var(--paper)"/>` +
    `${new XMLSerializer().serializeToString(copy)}</svg>`
  return svg.replaceAll(/var\((--[\w-]+)\)/g, (_all, name: string) => style.getPropertyValue(name).trim().replaceAll('"', "'"))
}

export function saveSvg(svg: string): void {
  saveFile('schema.svg', svg, 'image/svg+xml')
}

export async function savePng(svg: string, width: number, height: number): Promise<void> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const scale = Math.min(2, LONGEST_SIDE / (Math.max(width, height) + 2 * MARGIN))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round((width + 2 * MARGIN) * scale)
    canvas.height = Math.round((height + 2 * MARGIN) * scale)
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
    if (blob) saveFile('schema.png', blob)
  } finally {
    URL.revokeObjectURL(url)
  }
}

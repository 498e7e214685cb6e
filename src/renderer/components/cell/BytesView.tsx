import { useEffect, useRef, useState } from 'react'
import { useVirtualRows } from '../useVirtualRows.ts'
import { hexOf, signOf } from './cellBytes.ts'
import styles from './BytesView.module.css'

const ROW_PIXELS = 20
const CHARACTER_PIXELS = 7.5
/** Offset, two gaps, and four signs a byte: two of hex, one of room, one of text. */
const WIDTH_OF_SIXTEEN = (8 + 4 + 16 * 4) * CHARACTER_PIXELS + 24

/** Bytes as a hex editor shows them: offset, hex, ASCII; sixteen in a row where there is room, else eight. */
export function BytesView({ bytes, label }: { bytes: Uint8Array; label: string }) {
  const frame = useRef<HTMLDivElement>(null)
  const [inRow, setInRow] = useState(8)
  useEffect(() => {
    const element = frame.current!
    const observer = new ResizeObserver(() => setInRow(element.clientWidth >= WIDTH_OF_SIXTEEN ? 16 : 8))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const rows = Math.ceil(bytes.length / inRow)
  const virtual = useVirtualRows(frame, rows, ROW_PIXELS)
  return (
    <div ref={frame} className={styles.bytes} role="region" aria-label={label} tabIndex={0}>
      <div className={styles.room} style={{ height: virtual.totalPixels }}>
        {Array.from({ length: virtual.to - virtual.from }, (_, offset) => {
          const row = virtual.from + offset
          const part = Array.from(bytes.subarray(row * inRow, (row + 1) * inRow))
          return (
            <div key={row} className={styles.row} style={{ top: row * ROW_PIXELS }}>
              <span className={styles.offset}>{(row * inRow).toString(16).padStart(8, '0')}</span>
              <span className={styles.hex}>{part.map(hexOf).join(' ').padEnd(inRow * 3 - 1)}</span>
              <span className={styles.signs}>{part.map(signOf).join('')}</span>
            </div>
          )
        })}
      </div>
    </div>
  )
}

import { useEffect, useState } from 'react'
import { formatBytes } from '../format.ts'
import styles from './PictureView.module.css'

/** A picture out of its bytes. As an image it runs no script and fetches nothing, a drawing neither. */
export function PictureView({ bytes, type, label }: { bytes: Uint8Array<ArrayBuffer>; type: string; label: string }) {
  const [url, setUrl] = useState<string | null>(null)
  const [size, setSize] = useState<string | null>(null)
  const [isBroken, setIsBroken] = useState(false)
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [bytes, type])
  return (
    <div className={styles.picture}>
      <div className={styles.ground}>
        {isBroken ? (
          <p className="muted">It begins like a picture, but it cannot be drawn. Its bytes are there.</p>
        ) : (
          url && (
            <img
              src={url}
              alt={label}
              onLoad={({ currentTarget }) => setSize(`${currentTarget.naturalWidth} × ${currentTarget.naturalHeight} px`)}
              onError={() => setIsBroken(true)}
            />
          )
        )}
      </div>
      <p className={styles.words}>{[type, size, formatBytes(bytes.length)].filter(Boolean).join(' · ')}</p>
    </div>
  )
}

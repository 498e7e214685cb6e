import { useEffect, useState } from 'react'
import styles from './Skeleton.module.css'

/** The shape of what comes, shown after 200 ms so that a quick answer does not flicker. */
export function Skeleton({ rows = 4, label }: { rows?: number; label: string }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" aria-label={label} className={styles.skeleton}>
      {shown &&
        Array.from({ length: rows }, (_, index) => (
          <div key={index} className={styles.row} style={{ width: `${88 - ((index * 17) % 40)}%` }} />
        ))}
    </div>
  )
}

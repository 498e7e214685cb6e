import styles from './Kbd.module.css'

/** Key caps; the chord as its caps, e.g. `['Ctrl', 'K']`. */
export function Kbd({ caps }: { caps: readonly string[] }) {
  return (
    <span className={styles.chord}>
      {caps.map((cap) => (
        <kbd key={cap} className={styles.cap}>
          {cap}
        </kbd>
      ))}
    </span>
  )
}

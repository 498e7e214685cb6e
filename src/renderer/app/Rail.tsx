import { keyCaps, runsOnMac } from './keys.ts'
import { goTo, usePlaces } from './places.ts'
import type { Place } from './places.ts'
import styles from './Rail.module.css'
import { classes } from '../components/classes.ts'

/** The places, top to bottom; Settings at the foot. */
export function Rail({ places }: { places: readonly Place[] }) {
  const current = usePlaces((state) => state.current)
  return (
    <nav className={styles.rail} aria-label="Places">
      {places.map(({ id, label, icon: Icon, key }) => (
        <button
          key={id}
          type="button"
          className={classes(styles.place, id === current && styles.current, id === 'settings' && styles.atFoot)}
          aria-current={id === current ? 'page' : undefined}
          title={`${label}  ${keyCaps(key, runsOnMac).join(' ')}`}
          onClick={() => goTo(id)}
        >
          <Icon size={18} strokeWidth={1.75} aria-hidden />
          <span className={styles.label}>{label}</span>
        </button>
      ))}
    </nav>
  )
}

import { usePreferences } from '../../app/preferences.ts'
import { useNow } from '../useNow.ts'
import { instantFacts } from './instantFacts.ts'
import styles from './InstantView.module.css'

const own = Intl.DateTimeFormat().resolvedOptions().timeZone

/** One instant in every zone that matters here. */
export function InstantView({ text }: { text: string }) {
  const chosen = usePreferences((state) => state.preferences.timeZone)
  const nowMs = useNow()
  const facts = instantFacts(text, { chosen, own }, nowMs)
  return (
    <div className={styles.instant}>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {facts.length === 1 && <p className="muted">It names no zone, and is shown as it is stored.</p>}
    </div>
  )
}

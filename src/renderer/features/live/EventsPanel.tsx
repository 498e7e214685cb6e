import { CircleAlert, Info, OctagonX } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import type { LiveEvent } from '../../../main/contract/live.ts'
import { formatInstantWithZone, formatTime } from '../../components/format.ts'
import styles from './EventsPanel.module.css'

const icons: Record<LiveEvent['severity'], { icon: LucideIcon; word: string }> = {
  info: { icon: Info, word: 'Note' },
  warning: { icon: CircleAlert, word: 'Warning' },
  error: { icon: OctagonX, word: 'Error' },
}

/** What has happened, newest first: copies, retries, changes of schema. */
export function EventsPanel({ events }: { events: readonly LiveEvent[] }) {
  return (
    <section className={styles.panel} aria-label="Events">
      <header className={styles.header}>
        <h2>Events</h2>
      </header>
      {events.length === 0 ? (
        <p className={styles.nothing}>Copies, retries and changes of tables are told here.</p>
      ) : (
        <ul className={styles.list}>
          {events.map((event) => {
            const { icon: Icon, word } = icons[event.severity]
            return (
              <li key={event.id} className={styles.event} data-severity={event.severity}>
                <Icon size={14} strokeWidth={1.75} aria-label={word} className={styles.icon} />
                <div className={styles.words}>
                  <p>{event.text}</p>
                  <time dateTime={event.at} title={formatInstantWithZone(event.at)}>
                    {formatTime(event.at)}
                  </time>
                </div>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}

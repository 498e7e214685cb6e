import type { Preferences } from '../../main/contract/settings.ts'
import { Kbd } from '../components/Kbd.tsx'
import { useAppInfo } from './appInfo.ts'
import { byGroup } from './Palette.tsx'
import { useCommandRegistry } from './commands.ts'
import { keyCaps, runsOnMac } from './keys.ts'
import { changePreferences, usePreferences } from './preferences.ts'
import styles from './SettingsView.module.css'

const themes: { value: Preferences['theme']; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]
const densities: { value: Preferences['density']; label: string }[] = [
  { value: 'comfortable', label: 'Comfortable, 28 px rows' },
  { value: 'compact', label: 'Compact, 24 px rows' },
]

function Choice<Value extends string>(props: {
  legend: string
  name: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange(value: Value): void
}) {
  return (
    <fieldset className={styles.choice}>
      <legend>{props.legend}</legend>
      <div className={styles.options}>
        {props.options.map((option) => (
          <label key={option.value} className={styles.option}>
            <input
              type="radio"
              name={props.name}
              checked={option.value === props.value}
              onChange={() => props.onChange(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function About() {
  const info = useAppInfo((state) => state.info)
  if (!info) return null
  const facts: [string, string][] = [
    ['Millrace', info.version],
    ['DuckDB', info.duckdbVersion],
    ['Data folder', info.dataFolder],
    ['Passwords', info.keepsSecrets ? "kept in the system's keychain" : (info.secretsNote ?? 'kept for this run only')],
  ]
  return (
    <section className={styles.part}>
      <h2>About</h2>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Shortcuts() {
  const known = useCommandRegistry((state) => state.known)
  const withKeys = known.filter((command) => command.keys && command.keys.length > 0)
  return (
    <section className={styles.part}>
      <h2>Shortcuts</h2>
      <div className={styles.groups}>
        {byGroup(withKeys).map(([group, members]) => (
          <div key={group} className={styles.group}>
            <h3>{group}</h3>
            <dl>
              {members.map((command) => (
                <div key={command.id} className={styles.shortcut}>
                  <dt>{command.label}</dt>
                  <dd>
                    {command.keys!.map((key) => (
                      <Kbd key={key} caps={keyCaps(key, runsOnMac)} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
      </div>
    </section>
  )
}

/** Theme, density, what the app is, and every shortcut there is. */
export function SettingsView() {
  const preferences = usePreferences((state) => state.preferences)
  return (
    <div className={styles.settings}>
      <h1>Settings</h1>
      <section className={styles.part}>
        <h2>Appearance</h2>
        <Choice
          legend="Theme"
          name="theme"
          value={preferences.theme}
          options={themes}
          onChange={(theme) => void changePreferences({ theme })}
        />
        <Choice
          legend="Density"
          name="density"
          value={preferences.density}
          options={densities}
          onChange={(density) => void changePreferences({ density })}
        />
      </section>
      <Shortcuts />
      <About />
    </div>
  )
}

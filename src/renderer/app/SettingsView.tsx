import { useEffect, useMemo, useState } from 'react'
import type { Preferences } from '../../main/contract/settings.ts'
import { Button } from '../components/Button.tsx'
import { faultOfThrown } from '../components/consequences.ts'
import { SelectField, TextField } from '../components/Field.tsx'
import { formatPercent } from '../components/format.ts'
import { useAppInfo } from './appInfo.ts'
import { engine } from './engineClient.ts'
import { changePreferences, readPreferences, usePreferences, zoom } from './preferences.ts'
import { ShortcutList } from './ShortcutList.tsx'
import { SnippetList } from './SnippetList.tsx'
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

const contrasts: { value: Preferences['contrast']; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'usual', label: 'Usual' },
  { value: 'high', label: 'High' },
]
const groupings: { value: Preferences['digitGrouping']; label: string }[] = [
  { value: 'space', label: '1\u202f234\u202f567.89' },
  { value: 'comma', label: '1,234,567.89' },
  { value: 'none', label: '1234567.89' },
]

/** The zone of every instant: in results, where their tab has none of its own, and in the rest of the window. */
function TimeZoneField() {
  const timeZone = usePreferences((state) => state.preferences.timeZone)
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const zones = useMemo(() => Intl.supportedValuesOf('timeZone'), [])
  return (
    <SelectField
      label="Time zone" className={styles.line}
      hint="Of every instant: in results, statistics, Live and Compare. A tab may have its own."
      value={timeZone ?? ''}
      options={[
        { value: '', label: own === 'UTC' ? 'UTC, as results come and as this machine has it' : `Results in UTC, the rest in ${own}` },
        ...(own === 'UTC' ? [] : [{ value: own, label: `${own}, of this machine` }]),
        { value: 'UTC', label: 'UTC everywhere' },
        ...zones.filter((zone) => zone !== own && zone !== 'UTC').map((zone) => ({ value: zone, label: zone })),
      ]}
      onChange={(zone) => void changePreferences({ timeZone: zone === '' ? null : zone })}
    />
  )
}

const verifyShares = [
  { value: '0.1', label: 'a tenth of the time' },
  { value: '0.25', label: 'a quarter of the time' },
  { value: '0.5', label: 'half of the time' },
  { value: '1', label: 'all of the time, without rest' },
]

/** How hard a verification reads the source; the next one goes by it. */
function VerifyShareField() {
  const share = String(usePreferences((state) => state.preferences.verifyShare))
  const isListed = verifyShares.some(({ value }) => value === share)
  return (
    <SelectField
      label="Reading the source" className={styles.line}
      hint="Between its reads a verification leaves the source alone: the less it reads, the longer it takes."
      value={share}
      options={isListed ? verifyShares : [...verifyShares, { value: share, label: `${formatPercent(Number(share))} of the time` }]}
      onChange={(value) => void changePreferences({ verifyShare: Number(value) })}
    />
  )
}

/** The folder of the `.sql` files; the engine looks whether it is there. */
function QueriesFolder() {
  const folder = usePreferences((state) => state.preferences.savedQueriesFolder)
  const dataFolder = useAppInfo((state) => state.info?.dataFolder)
  const [text, setText] = useState(folder ?? '')
  const [error, setError] = useState<string | null>(null)
  useEffect(() => setText(folder ?? ''), [folder])

  async function use(): Promise<void> {
    const wanted = text.trim() === '' ? null : text.trim()
    try {
      await engine.savedQueries.useFolder({ folder: wanted })
      await readPreferences()
      setError(null)
    } catch (thrown) {
      const { message, advice } = faultOfThrown(thrown)
      setError(`${message} ${advice}`)
    }
  }

  return (
    <form
      className={styles.folder}
      onSubmit={(event) => {
        event.preventDefault()
        void use()
      }}
    >
      <TextField
        label="Folder of saved queries" className={styles.line} mono value={text} onChange={setText} error={error}
        placeholder={dataFolder ? `${dataFolder}/queries` : undefined}
        hint="A folder of .sql files, such as one that your team keeps in git. Empty is the app’s own."
      />
      <Button type="submit" disabled={text.trim() === (folder ?? '')}>Use it</Button>
    </form>
  )
}

/** How the window looks, how results are written, every key, and what the app is. */
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
        <Choice
          legend="Contrast"
          name="contrast"
          value={preferences.contrast}
          options={contrasts}
          onChange={(contrast) => void changePreferences({ contrast })}
        />
        <div className={styles.zoom} role="group" aria-label="Size of everything">
          <span className="muted">Size</span>
          <Button size="small" onClick={() => void zoom(-1)} aria-label="Smaller">−</Button>
          <span className="figure" role="status">{preferences.zoomPercent} %</span>
          <Button size="small" onClick={() => void zoom(1)} aria-label="Larger">+</Button>
          <Button size="small" variant="quiet" onClick={() => void zoom(0)} disabled={preferences.zoomPercent === 100}>
            Usual
          </Button>
        </div>
      </section>
      <section className={styles.part}>
        <h2>Results and queries</h2>
        <Choice
          legend="Numbers"
          name="grouping"
          value={preferences.digitGrouping}
          options={groupings}
          onChange={(digitGrouping) => void changePreferences({ digitGrouping })}
        />
        <TimeZoneField />
        <QueriesFolder />
      </section>
      <section className={styles.part}>
        <h2>Verification</h2>
        <VerifyShareField />
      </section>
      <section className={styles.part}>
        <h2>Snippets</h2>
        <SnippetList />
      </section>
      <section className={styles.part}>
        <h2>Shortcuts</h2>
        <ShortcutList canChange />
      </section>
      <About />
    </div>
  )
}

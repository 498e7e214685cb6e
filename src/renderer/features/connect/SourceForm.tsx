import { PlugZap, Store } from 'lucide-react'
import type { SslMode } from '../../../main/contract/source.ts'
import { passwordWords, useAppInfo } from '../../app/appInfo.ts'
import { Button } from '../../components/Button.tsx'
import { Checkbox, SelectField, TextField } from '../../components/Field.tsx'
import { proposedName, sslModes } from './addressDraft.ts'
import styles from './SourceForm.module.css'
import { changeDraft, changeText, openDemo, readEnvironment, readText, testSource, useConnect } from './store.ts'

const sslOptions = (Object.keys(sslModes) as SslMode[]).map((value) => ({ value, label: value }))

function AddressFields() {
  const draft = useConnect((state) => state.draft)
  const errors = useConnect((state) => state.errors)
  const verifies = draft.sslmode === 'verify-ca' || draft.sslmode === 'verify-full' || draft.sslmode === 'require'
  return (
    <>
      <div className={styles.hostAndPort}>
        <TextField label="Host" mono value={draft.host} error={errors.host} onChange={(host) => changeDraft({ host })} />
        <TextField label="Port" mono inputMode="numeric" value={draft.port} error={errors.port}
          onChange={(port) => changeDraft({ port })} />
      </div>
      <TextField label="Database" mono value={draft.database} error={errors.database}
        onChange={(database) => changeDraft({ database })} />
      <div className={styles.pair}>
        <TextField label="User" mono value={draft.user} error={errors.user} onChange={(user) => changeDraft({ user })} />
        <TextField label="Password" type="password" autoComplete="new-password" value={draft.password}
          onChange={(password) => changeDraft({ password })} />
      </div>
      <SelectField label="SSL mode" value={draft.sslmode} options={sslOptions} hint={sslModes[draft.sslmode]}
        onChange={(sslmode) => changeDraft({ sslmode })} />
      {draft.sslmode !== 'disable' && (
        <details className={styles.certificates} open={verifies && draft.sslrootcert !== '' ? true : undefined}>
          <summary>Certificate files</summary>
          <div className={styles.stack}>
            <TextField label="Root certificate (sslrootcert)" mono value={draft.sslrootcert}
              onChange={(sslrootcert) => changeDraft({ sslrootcert })}
              hint="A path on the machine where Millrace runs." />
            <TextField label="Client certificate (sslcert)" mono value={draft.sslcert}
              onChange={(sslcert) => changeDraft({ sslcert })} />
            <TextField label="Client key (sslkey)" mono value={draft.sslkey}
              onChange={(sslkey) => changeDraft({ sslkey })} />
          </div>
        </details>
      )}
    </>
  )
}

function NameAndMarks() {
  const { name, draft, isProduction, keepPassword } = useConnect()
  const info = useAppInfo((state) => state.info)
  return (
    <>
      <TextField label="Name in Millrace" value={name ?? ''} placeholder={proposedName(draft) || 'shop-prod'}
        onChange={(text) => useConnect.setState({ name: text === '' ? null : text })} />
      <div className={styles.marks}>
        <Checkbox
          checked={isProduction}
          onChange={(checked) => useConnect.setState({ isProduction: checked })}
          hint="Marks whatever is sent to it with a hatched blue edge."
        >
          This is production
        </Checkbox>
        <Checkbox
          checked={keepPassword}
          onChange={(checked) => useConnect.setState({ keepPassword: checked })}
          hint={info?.secretsNote}
        >
          {passwordWords(info)}
        </Checkbox>
      </div>
    </>
  )
}

/** Paste a URL and the form fills itself; or fill it by hand; or take the demo. */
export function SourceForm() {
  const text = useConnect((state) => state.text)
  const textFault = useConnect((state) => state.textFault)
  const work = useConnect((state) => state.work)
  return (
    <form
      className={styles.form}
      aria-label="Source"
      onSubmit={(event) => {
        event.preventDefault()
        void testSource()
      }}
    >
      <TextField
        label="Paste a URL"
        mono
        autoFocus
        placeholder="postgres://user@host:5432/database"
        value={text}
        onChange={changeText}
        onBlur={() => void readText()}
        error={textFault ? `${textFault.message} ${textFault.advice}` : null}
        hint={
          <span>
            The form fills itself. Or take the{' '}
            <button type="button" className={styles.link} onClick={() => void readEnvironment()}>
              PG… environment variables
            </button>
            .
          </span>
        }
      />
      <div className={styles.rule} />
      <AddressFields />
      <NameAndMarks />
      <div className={styles.buttons}>
        <Button type="submit" variant="primary" size="large" icon={PlugZap} busy={work === 'checking'} disabled={work !== null}>
          {work === 'checking' ? 'Testing' : 'Test connection'}
        </Button>
        <Button size="large" icon={Store} busy={work === 'opening-demo'} disabled={work !== null}
          onClick={() => void openDemo()}>
          {work === 'opening-demo' ? 'Opening' : 'Open the demo shop'}
        </Button>
      </div>
      <p className={styles.buttonsNote}>
        A test looks and makes nothing. The demo is a real Postgres with a shop and live traffic, on this machine.
      </p>
    </form>
  )
}

import { ArrowRightLeft, Network, Play, SlidersHorizontal, Square, WandSparkles } from 'lucide-react'
import type { SessionSettings } from '../../../main/contract/query.ts'
import type { EditorTab } from '../../../main/contract/settings.ts'
import { keyCaps, runsOnMac } from '../../app/keys.ts'
import { useWorkspaces } from '../../app/workspaces.ts'
import { Button, IconButton } from '../../components/Button.tsx'
import { classes } from '../../components/classes.ts'
import { EngineSwitch } from '../../components/EngineSwitch.tsx'
import { Kbd } from '../../components/Kbd.tsx'
import { cancel, compareCurrent, explain, format, run, setEngine } from './actions.ts'
import { isRunning, useRun } from './runs.ts'
import { isOrdinary, openSessionDialog, SessionDialog } from './SessionDialog.tsx'
import styles from './RunBar.module.css'

/** What a run on the source is: read-only by the server's own word, and told apart where it is production. */
function SourceMark() {
  const isProduction = useWorkspaces((state) => state.current?.isProduction ?? false)
  const words = isProduction ? 'read-only on production' : 'read-only'
  const title = 'The statement runs in a read-only transaction of Postgres, with a time limit'
  return <span className={classes(styles.sourceMark, isProduction && styles.production)} title={title}>{words}</span>
}

function sessionWords(session: SessionSettings | undefined): string {
  const { timeoutSeconds, schema, timeZone } = session ?? {}
  const words = [timeoutSeconds ? `ended after ${timeoutSeconds} s` : null, schema ? `schema ${schema}` : null, timeZone]
  return words.filter(Boolean).join(', ') || 'as usual'
}

/** Where the statement runs, and the buttons that run and stop it. */
export function RunBar({ tab }: { tab: EditorTab }) {
  const tabRun = useRun(tab.id)
  const runs = isRunning(tabRun)
  return (
    <div className={styles.bar} role="toolbar" aria-label="Run">
      {tab.engine === 'source' && <SourceMark />}
      <EngineSwitch value={tab.engine} onChange={setEngine} />
      {runs ? (
        <Button
          size="small" className={styles.run} data-engine={tab.engine} icon={Square} onClick={cancel}
          busy={tabRun.active?.isCancelling} data-testid="cancel"
        >
          {tabRun.active?.isCancelling ? 'Stopping' : 'Cancel'} <Kbd caps={keyCaps('Ctrl+.', runsOnMac)} />
        </Button>
      ) : (
        <Button
          size="small" variant="primary" className={styles.run} data-engine={tab.engine} icon={Play}
          onClick={() => void run('current')} data-testid="run"
        >
          Run <Kbd caps={keyCaps('Ctrl+Enter', runsOnMac)} />
        </Button>
      )}
      <IconButton
        size="small" icon={Network} label="Explain the current statement (F7); measured with Shift+F7"
        onClick={(event) => void explain(event.shiftKey)}
      />
      <IconButton
        size="small" icon={ArrowRightLeft} label="Compare the current statement on both engines (Alt+C)"
        onClick={compareCurrent}
      />
      <IconButton size="small" icon={WandSparkles} label="Format (Shift+Alt+F)" onClick={() => void format()} />
      <IconButton
        size="small" icon={SlidersHorizontal} data-set={!isOrdinary(tab.session) || undefined} className={styles.session}
        label={`Session of this query (Alt+Shift+S): ${sessionWords(tab.session)}`} onClick={openSessionDialog}
      />
      <SessionDialog tab={tab} />
    </div>
  )
}

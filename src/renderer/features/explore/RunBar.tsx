import { ArrowRightLeft, Play, Square, WandSparkles } from 'lucide-react'
import type { EditorTab } from '../../../main/contract/settings.ts'
import { keyCaps, runsOnMac } from '../../app/keys.ts'
import { useWorkspaces } from '../../app/workspaces.ts'
import { Button, IconButton } from '../../components/Button.tsx'
import { classes } from '../../components/classes.ts'
import { EngineSwitch } from '../../components/EngineSwitch.tsx'
import { Kbd } from '../../components/Kbd.tsx'
import { cancel, compareCurrent, format, run, setEngine } from './actions.ts'
import { isRunning, useRun } from './runs.ts'
import styles from './RunBar.module.css'

/** What a run on the source is: read-only by the server's own word, and told apart where it is production. */
function SourceMark() {
  const isProduction = useWorkspaces((state) => state.current?.isProduction ?? false)
  const words = isProduction ? 'read-only on production' : 'read-only'
  const title = 'The statement runs in a read-only transaction of Postgres, with a time limit'
  return <span className={classes(styles.sourceMark, isProduction && styles.production)} title={title}>{words}</span>
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
          onClick={() => run('current')} data-testid="run"
        >
          Run <Kbd caps={keyCaps('Ctrl+Enter', runsOnMac)} />
        </Button>
      )}
      <IconButton
        size="small" icon={ArrowRightLeft} label="Compare the current statement on both engines (Alt+C)"
        onClick={compareCurrent}
      />
      <IconButton size="small" icon={WandSparkles} label="Format (Shift+Alt+F)" onClick={() => void format()} />
    </div>
  )
}

import type { Command } from '../../app/commands.ts'
import { useLiveStore } from '../../app/live.ts'
import { goTo } from '../../app/places.ts'
import { pauseStream, resumeStream, setDemoRate } from './actions.ts'
import { neighbourRate } from './demoRates.ts'
import { showSchemaChanges } from './schemaChanges.ts'
import { openTableDialog, type TableDialog } from './tableDialogs.ts'
import { canBeCopiedAgain, canBeRemoved } from './tableRows.ts'
import { askToRepair, canRepair, cancelVerification, useVerify, verify } from './verifyStore.ts'

const snapshot = () => useLiveStore.getState().snapshot

function changeRate(step: 1 | -1): Promise<void> {
  return setDemoRate(neighbourRate(snapshot()?.demo?.transactionsPerSecond ?? 0, step))
}

/** Pause, resume, verify and the demo's traffic, wherever the person is. */
export function liveCommands(): Command[] {
  const group = 'Live'
  const isOpen = (): boolean => snapshot()?.workspaceId != null
  const show = (dialog: TableDialog): void => {
    goTo('live')
    openTableDialog(dialog)
  }
  const canVerify = (): boolean => {
    const now = snapshot()
    return (now?.state === 'following' || now?.state === 'catching-up') && !useVerify.getState().isRunning
  }
  const isDemo = (): boolean => Boolean(snapshot()?.demo)
  return [
    {
      id: 'live.pause',
      label: 'Pause following',
      group,
      when: () => {
        const now = snapshot()
        return now?.workspaceId != null && !['paused', 'stopped', 'stopping', 'failed'].includes(now.state)
      },
      perform: pauseStream,
    },
    { id: 'live.resume', label: 'Go on following', group, when: () => snapshot()?.state === 'paused', perform: resumeStream },
    {
      id: 'live.add-tables',
      label: 'Add tables of the source',
      keys: ['Ctrl+Alt+A'],
      group,
      when: isOpen,
      perform: () => show({ kind: 'add' }),
    },
    {
      id: 'live.copy-table',
      label: 'Copy a table again',
      group,
      when: () => snapshot()?.tables.some(canBeCopiedAgain) === true,
      perform: () => show({ kind: 'choose', purpose: 'copy-again' }),
    },
    {
      id: 'live.remove-table',
      label: 'Stop following a table',
      group,
      when: () => snapshot()?.tables.some(canBeRemoved) === true,
      perform: () => show({ kind: 'choose', purpose: 'remove' }),
    },
    {
      id: 'live.copy-everything',
      label: 'Copy everything again',
      group,
      when: isOpen,
      perform: () => show({ kind: 'copy-everything' }),
    },
    {
      id: 'live.schema-changes',
      label: 'Schema changes of the source',
      group,
      when: isOpen,
      perform: () => {
        goTo('live')
        showSchemaChanges()
      },
    },
    {
      id: 'live.verify',
      label: 'Verify the copy: every row against the source',
      keys: ['Ctrl+Alt+V'],
      group,
      when: canVerify,
      perform: () => {
        goTo('live')
        void verify({ mode: 'full', repair: false })
      },
    },
    {
      id: 'live.verify-quickly',
      label: 'Verify the copy quickly: counts, sums and lengths',
      keys: ['Ctrl+Alt+Shift+V'],
      group,
      when: canVerify,
      perform: () => {
        goTo('live')
        void verify({ mode: 'cheap', repair: false })
      },
    },
    {
      id: 'live.verify-cancel',
      label: 'Cancel the verification',
      group,
      when: () => useVerify.getState().isRunning,
      perform: cancelVerification,
    },
    {
      id: 'live.repair',
      label: 'Repair the rows that differ from the source',
      group,
      when: canRepair,
      perform: () => {
        goTo('live')
        askToRepair(true)
      },
    },
    { id: 'live.demo-faster', label: 'More traffic in the demo shop', group, when: isDemo, perform: () => changeRate(1) },
    { id: 'live.demo-slower', label: 'Less traffic in the demo shop', group, when: isDemo, perform: () => changeRate(-1) },
  ]
}

import { create } from 'zustand'
import type { Fault } from '../../../main/contract/errors.ts'
import type { MaskRule } from '../../../main/contract/masks.ts'
import type { PreflightReport } from '../../../main/contract/source.ts'
import type { Workspace } from '../../../main/contract/workspace.ts'
import { engine } from '../../app/engineClient.ts'
import { goTo } from '../../app/places.ts'
import { readWorkspaces } from '../../app/workspaces.ts'
import { faultOfThrown } from '../../components/consequences.ts'
import { addressOf, draftErrors, draftOf, emptyDraft, looksLikeAddress, proposedName, withoutPassword } from './addressDraft.ts'
import type { AddressDraft, DraftErrors } from './addressDraft.ts'
import { firstChoice } from './tableTree.ts'
import type { TreeView } from './tableTree.ts'

export type Work = 'checking' | 'starting' | 'opening-demo'

export interface ConnectState {
  text: string
  textFault: Fault | null
  draft: AddressDraft
  /** Shown once a test was asked for, and then kept up to date. */
  errors: DraftErrors
  /** Null until the person writes one: the proposed name is used. */
  name: string | null
  isProduction: boolean
  keepPassword: boolean
  work: Work | null
  /** Why the last test, start or demo failed. */
  fault: Fault | null
  report: PreflightReport | null
  chosen: ReadonlySet<number>
  /** By `maskKey`: what of the columns is not copied as it is. */
  masks: ReadonlyMap<string, MaskRule>
  tree: TreeView
}

const unread = { report: null, chosen: new Set<number>(), masks: new Map<string, MaskRule>(), fault: null }

export const useConnect = create<ConnectState>()(() => ({
  text: '',
  textFault: null,
  draft: emptyDraft,
  errors: {},
  name: null,
  isProduction: false,
  keepPassword: true,
  work: null,
  ...unread,
  tree: { search: '', foldedSchemas: new Set(), openTables: new Set() },
}))

const { getState, setState } = useConnect

export function nameOf({ name, draft }: ConnectState): string {
  return name?.trim() || proposedName(draft)
}

/** Another address is another source: what was found about the last one no longer holds. */
export function changeDraft(change: Partial<AddressDraft>): void {
  setState(({ draft, errors }) => {
    const next = { ...draft, ...change }
    return { draft: next, errors: Object.keys(errors).length > 0 ? draftErrors(next) : {}, textFault: null, ...unread }
  })
}

let readingTimer: ReturnType<typeof setTimeout> | undefined
/** What the form was last filled from, so that leaving the field does not undo what was typed since. */
let textRead = ''
const READ_AFTER_MS = 250

/** The pasted or typed text; read once the hand rests, and then the form is filled from it. */
export function changeText(text: string): void {
  setState({ text, textFault: null })
  if (text.trim() === '') textRead = ''
  clearTimeout(readingTimer)
  if (looksLikeAddress(text)) readingTimer = setTimeout(() => void readText(), READ_AFTER_MS)
}

export async function readText(): Promise<void> {
  clearTimeout(readingTimer)
  const { text } = getState()
  if (text.trim() === '' || text === textRead) return
  try {
    const address = await engine.source.parse({ text })
    if (getState().text !== text) return
    const typed = getState().draft.password
    changeDraft({ ...draftOf(address), password: address.password ?? typed })
    textRead = withoutPassword(text)
    setState({ text: textRead, textFault: null })
  } catch (thrown) {
    if (getState().text === text) setState({ textFault: faultOfThrown(thrown) })
  }
}

/** An empty text: host, user and the rest as the environment of the engine says, like psql. */
export async function readEnvironment(): Promise<void> {
  try {
    changeDraft(draftOf(await engine.source.parse({ text: '' })))
    setState({ textFault: null })
  } catch (thrown) {
    setState({ textFault: faultOfThrown(thrown) })
  }
}

async function work(kind: Work, perform: () => Promise<void>): Promise<void> {
  if (getState().work) return
  setState({ work: kind, fault: null })
  try {
    await perform()
  } catch (thrown) {
    setState({ fault: faultOfThrown(thrown) })
  } finally {
    setState({ work: null })
  }
}

/** Connects and looks; makes nothing on the source. */
export async function testSource(): Promise<void> {
  if (looksLikeAddress(getState().text)) await readText()
  if (getState().textFault) return
  const errors = draftErrors(getState().draft)
  setState({ errors })
  if (Object.keys(errors).length > 0) return
  await work('checking', async () => {
    const asked = getState().draft
    const report = await engine.source.check({ address: addressOf(asked) })
    if (getState().draft !== asked) return
    setState({ report, chosen: firstChoice(report.tables), masks: new Map() })
  })
}

async function arrive(_workspace: Workspace): Promise<void> {
  await readWorkspaces()
  goTo('live')
}

/** Makes publication and slot, copies what is ticked, follows; then Live shows it. */
export function startFollowing(): Promise<void> {
  return work('starting', async () => {
    const state = getState()
    const chosen = (state.report?.tables ?? []).filter(({ oid }) => state.chosen.has(oid))
    const tables = chosen.map(({ schema, name }) => ({ schema, name }))
    const masks = chosen.flatMap((table) =>
      table.columns.flatMap((column) => {
        const rule = state.masks.get(maskKey(table, column))
        return rule ? [{ schema: table.schema, name: table.name, column: column.name, rule }] : []
      }),
    )
    const workspace = await engine.workspace.start({
      name: nameOf(state),
      address: addressOf(state.draft),
      tables,
      masks,
      isProduction: state.isProduction,
      keepPassword: state.keepPassword,
    })
    setState({ text: '', draft: emptyDraft, name: null, isProduction: false, ...unread })
    await arrive(workspace)
  })
}

export function openDemo(): Promise<void> {
  return work('opening-demo', async () => arrive(await engine.workspace.openDemo()))
}

export function changeTree(change: Partial<TreeView>): void {
  setState(({ tree }) => ({ tree: { ...tree, ...change } }))
}

export function choose(chosen: ReadonlySet<number>): void {
  setState({ chosen })
}

export function maskKey({ oid }: { oid: number }, { name }: { name: string }): string {
  return `${oid}.${name}`
}

export function maskColumn(table: { oid: number }, column: { name: string }, rule: MaskRule | null): void {
  setState(({ masks }) => {
    const next = new Map(masks)
    if (rule === null) next.delete(maskKey(table, column))
    else next.set(maskKey(table, column), rule)
    return { masks: next }
  })
}

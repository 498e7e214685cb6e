import { create } from 'zustand'
import { UPLOAD_PIECE_BYTES } from '../../main/contract/scratch.ts'
import type { Fault } from '../../main/contract/errors.ts'
import { faultOfThrown } from '../components/consequences.ts'
import { readCatalog } from './catalogs.ts'
import { engine } from './engineClient.ts'

/** A file that the window holds, or the path of one on the engine's machine. */
export type Brought = { file: File } | { path: string }

/** One of several files, the name of its table, and what has come of it. */
export interface BroughtFile {
  file: File
  table: string
  outcome:
    | { step: 'waiting' }
    /** `sent` is a fraction of the file. */
    | { step: 'working'; sent: number }
    | { step: 'done'; rows: number }
    | { step: 'failed'; fault: Fault }
}

type ImportState =
  | { step: 'closed' }
  /** The person chooses the file and the name of its table. */
  | { step: 'choosing'; brought: Brought | null; table: string; fault: Fault | null }
  /** `sent` is a fraction of the file; null where it need not be sent. */
  | { step: 'working'; table: string; sent: number | null }
  | { step: 'done'; table: string; rows: number }
  /** Several files, each of which becomes a table. */
  | { step: 'several'; files: readonly BroughtFile[]; isWorking: boolean }

export const useScratchImport = create<{ state: ImportState }>()(() => ({ state: { step: 'closed' } }))

let abort: AbortController | null = null

function show(state: ImportState): void {
  useScratchImport.setState({ state })
}

/** The name of a file as that of a table: its words, joined by underscores. */
export function tableNameOf(fileName: string): string {
  const bare = fileName.replace(/^.*[\\/]/, '').replace(/\.(gz)$/i, '').replace(/\.[^.]+$/, '')
  const name = bare.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '_').replaceAll(/^_+|_+$/g, '').slice(0, 60)
  return name === '' ? 'table_1' : /^\d/.test(name) ? `t_${name}` : name
}

export function askForFile(brought: Brought | null = null): void {
  const name = brought === null ? '' : 'file' in brought ? brought.file.name : brought.path
  show({ step: 'choosing', brought, table: brought === null ? '' : tableNameOf(name), fault: null })
}

/** The same name a second time gets a number. */
export function namesApart(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let own = name
    for (let number = 2; taken.has(own); number += 1) own = `${name}_${number}`
    taken.add(own)
    return own
  })
}

/** What was dropped or chosen; nothing happens while earlier files are being brought. */
export function askForFiles(files: readonly File[]): void {
  const { state } = useScratchImport.getState()
  const [first] = files
  if (!first || state.step === 'working' || (state.step === 'several' && state.isWorking)) return
  if (files.length === 1) return askForFile({ file: first })
  const names = namesApart(files.map(({ name }) => tableNameOf(name)))
  show({
    step: 'several',
    files: files.map((file, at) => ({ file, table: names[at]!, outcome: { step: 'waiting' } })),
    isWorking: false,
  })
}

export function nameSeveral(at: number, table: string): void {
  changeSeveral(at, { table })
}

function changeSeveral(at: number, part: Partial<BroughtFile>): void {
  const { state } = useScratchImport.getState()
  if (state.step !== 'several') return
  show({ ...state, files: state.files.map((one, place) => (place === at ? { ...one, ...part } : one)) })
}

/** What is a table already stays one. */
export function closeImport(): void {
  abort?.abort()
  abort = null
  show({ step: 'closed' })
}

async function base64Of(piece: Blob): Promise<string> {
  const bytes = new Uint8Array(await piece.arrayBuffer())
  let binary = ''
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(binary)
}

/** One piece after the other: the engine's answer asks for the next, so that neither side holds the whole. */
async function upload(
  file: File,
  table: string,
  signal: AbortSignal,
  onSent: (fraction: number) => void,
): Promise<{ rows: number }> {
  const uploadId = crypto.randomUUID()
  try {
    await engine.scratch.beginUpload({ uploadId, fileName: file.name })
    for (let offset = 0; offset < file.size; offset += UPLOAD_PIECE_BYTES) {
      signal.throwIfAborted()
      const bytes = await base64Of(file.slice(offset, offset + UPLOAD_PIECE_BYTES))
      const { receivedBytes } = await engine.scratch.uploadPiece({ uploadId, offset, bytes })
      if (!signal.aborted) onSent(receivedBytes / file.size)
    }
    signal.throwIfAborted()
    return await engine.scratch.finishUpload({ uploadId, table }, { signal })
  } catch (thrown) {
    engine.scratch.abortUpload({ uploadId }).catch(() => undefined)
    throw thrown
  }
}

/** Makes the table. What goes wrong is told where the file was chosen, so that it can be tried again. */
export async function importBrought(brought: Brought, table: string): Promise<void> {
  const controller = new AbortController()
  abort = controller
  const { signal } = controller
  show({ step: 'working', table, sent: 'file' in brought ? 0 : null })
  try {
    const { rows } =
      'file' in brought
        ? await upload(brought.file, table, signal, (sent) => show({ step: 'working', table, sent }))
        : await engine.scratch.importPath({ path: brought.path, table }, { signal })
    if (signal.aborted) return
    show({ step: 'done', table, rows })
    await readCatalog('replica')
  } catch (thrown) {
    if (!signal.aborted) show({ step: 'choosing', brought, table, fault: faultOfThrown(thrown) })
  }
}

/** Makes a table of each that is none yet, one after the other; what goes wrong with one is told beside it. */
export async function importSeveral(): Promise<void> {
  const { state } = useScratchImport.getState()
  if (state.step !== 'several' || state.isWorking) return
  const controller = new AbortController()
  abort = controller
  const { signal } = controller
  const tell = (at: number, outcome: BroughtFile['outcome']): void => {
    if (!signal.aborted) changeSeveral(at, { outcome })
  }
  show({ ...state, isWorking: true })
  for (const [at, { file, table, outcome }] of state.files.entries()) {
    if (signal.aborted) break
    if (outcome.step === 'done') continue
    tell(at, { step: 'working', sent: 0 })
    try {
      const { rows } = await upload(file, table.trim(), signal, (sent) => tell(at, { step: 'working', sent }))
      tell(at, { step: 'done', rows })
    } catch (thrown) {
      tell(at, { step: 'failed', fault: faultOfThrown(thrown) })
    }
  }
  const { state: now } = useScratchImport.getState()
  if (!signal.aborted && now.step === 'several') show({ ...now, isWorking: false })
  await readCatalog('replica')
}

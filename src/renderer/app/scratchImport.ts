import { create } from 'zustand'
import { UPLOAD_PIECE_BYTES } from '../../main/contract/scratch.ts'
import type { Fault } from '../../main/contract/errors.ts'
import { faultOfThrown } from '../components/consequences.ts'
import { readCatalog } from './catalogs.ts'
import { engine } from './engineClient.ts'

/** A file that the window holds, or the path of one on the engine's machine. */
export type Brought = { file: File } | { path: string }

type ImportState =
  | { step: 'closed' }
  /** The person chooses the file and the name of its table. */
  | { step: 'choosing'; brought: Brought | null; table: string; fault: Fault | null }
  /** `sent` is a fraction of the file; null where it need not be sent. */
  | { step: 'working'; table: string; sent: number | null }
  | { step: 'done'; table: string; rows: number }

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
async function upload(file: File, table: string, signal: AbortSignal): Promise<{ rows: number }> {
  const uploadId = crypto.randomUUID()
  try {
    await engine.scratch.beginUpload({ uploadId, fileName: file.name })
    for (let offset = 0; offset < file.size; offset += UPLOAD_PIECE_BYTES) {
      signal.throwIfAborted()
      const bytes = await base64Of(file.slice(offset, offset + UPLOAD_PIECE_BYTES))
      const { receivedBytes } = await engine.scratch.uploadPiece({ uploadId, offset, bytes })
      if (!signal.aborted) show({ step: 'working', table, sent: receivedBytes / file.size })
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
        ? await upload(brought.file, table, signal)
        : await engine.scratch.importPath({ path: brought.path, table }, { signal })
    if (signal.aborted) return
    show({ step: 'done', table, rows })
    await readCatalog('replica')
  } catch (thrown) {
    if (!signal.aborted) show({ step: 'choosing', brought, table, fault: faultOfThrown(thrown) })
  }
}

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A whole file that waits to be fetched. */
export interface Download {
  path: string
  /** What the person's browser is to call it. */
  fileName: string
  bytes: number
  /** Deletes it; may be called again. */
  remove(): Promise<void>
}

interface Waiting extends Download {
  timer: NodeJS.Timeout
}

/** A browser asks at once; what nobody has asked for by then is in nobody's way any more. */
const WAITS_FOR_BROWSER_MS = 60_000

/** Exports on their way to a browser: written whole, then handed over once, so that no half file reaches the person. */
export class Downloads {
  private readonly temporaryFolder: string
  private readonly waitsMs: number
  private readonly folders = new Set<string>()
  private readonly byId = new Map<string, Waiting>()

  constructor(temporaryFolder: string, waitsMs = WAITS_FOR_BROWSER_MS) {
    this.temporaryFolder = temporaryFolder
    this.waitsMs = waitsMs
  }

  /** Where to write one. `offer` answers by what id it can be fetched, for a minute; without it, `discard`. */
  async begin(fileName: string): Promise<{ path: string; offer(): Promise<string>; discard(): Promise<void> }> {
    const folder = await mkdtemp(join(this.temporaryFolder, 'download-'))
    this.folders.add(folder)
    const path = join(folder, 'download')
    const remove = async (): Promise<void> => {
      this.folders.delete(folder)
      await rm(folder, { recursive: true, force: true })
    }
    return {
      path,
      discard: remove,
      offer: async () => {
        const { size } = await stat(path)
        const id = randomBytes(18).toString('base64url')
        const timer = setTimeout(() => void this.take(id)?.remove().catch(() => {}), this.waitsMs).unref()
        this.byId.set(id, { path, fileName, bytes: size, remove, timer })
        return id
      },
    }
  }

  /** Each is handed over once; who takes it removes it. Null for what is not there, or no longer. */
  take(id: string): Download | null {
    const waiting = this.byId.get(id)
    if (!waiting) return null
    clearTimeout(waiting.timer)
    this.byId.delete(id)
    return waiting
  }

  async close(): Promise<void> {
    for (const { timer } of this.byId.values()) clearTimeout(timer)
    this.byId.clear()
    await Promise.all([...this.folders].map((folder) => rm(folder, { recursive: true, force: true })))
    this.folders.clear()
  }
}

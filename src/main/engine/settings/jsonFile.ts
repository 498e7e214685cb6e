import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'

export interface Unreadable {
  /** Where the file was set aside. */
  keptAs: string
}

/**
 * One JSON file of ours: written whole or not at all, and read only where it says what its schema
 * says. A file that does not is renamed beside itself and kept; it is never overwritten.
 */
export class JsonFile<Content> {
  readonly path: string
  private readonly schema: z.ZodType<Content>
  private readonly initial: Content
  private readonly onUnreadable: (found: Unreadable) => void
  /** Writes go one after the other, so that the last one asked for is the one that stays. */
  private last: Promise<unknown> = Promise.resolve()
  private content: Content | undefined

  constructor(options: {
    path: string
    schema: z.ZodType<Content>
    initial: Content
    onUnreadable(found: Unreadable): void
  }) {
    this.path = options.path
    this.schema = options.schema
    this.initial = options.initial
    this.onUnreadable = options.onUnreadable
  }

  read(): Promise<Content> {
    return this.inTurn(() => this.load())
  }

  /** Reads, changes and writes with nothing between; answers with what was written. */
  update(change: (content: Content) => Content): Promise<Content> {
    return this.inTurn(async () => {
      const changed = this.schema.parse(change(await this.load()))
      await writeWhole(this.path, `${JSON.stringify(changed, null, 2)}\n`)
      this.content = changed
      return changed
    })
  }

  private async load(): Promise<Content> {
    if (this.content !== undefined) return this.content
    let text: string
    try {
      text = await readFile(this.path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      return (this.content = this.initial)
    }
    const parsed = this.schema.safeParse(parseJson(text))
    if (parsed.success) return (this.content = parsed.data)
    const keptAs = `${this.path}.${randomBytes(3).toString('hex')}.unreadable`
    await rename(this.path, keptAs)
    this.onUnreadable({ keptAs })
    return (this.content = this.initial)
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(work, work)
    this.last = turn.catch(() => {})
    return turn
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A crash at any moment leaves the old file or the new one: https://lwn.net/Articles/457667/ */
async function writeWhole(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(folder)
}

/** Makes the rename itself durable; not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    // Windows refuses, and journals its renames by itself.
  }
}

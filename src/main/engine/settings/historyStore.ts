import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { historyEntrySchema } from '../../contract/history.ts'
import type { HistoryEntry } from '../../contract/history.ts'

/** The oldest go beyond this. */
const MOST_ENTRIES = 5_000
/** So many lines too many are let stand, so that the file is not written anew at each run. */
const SLACK_ENTRIES = 500
const MOST_CHARACTERS = 100_000

/**
 * Every statement that was run, one line of JSON each, appended as it ends. A line that a crash tore, or
 * that somebody else wrote, is passed over; the others stay.
 */
export class HistoryStore {
  private readonly path: string
  /** Oldest first; null until the file was read. */
  private entries: HistoryEntry[] | null = null
  private linesInFile = 0
  /** One after the other. */
  private last: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  add(entry: HistoryEntry): Promise<void> {
    return this.inTurn(async () => {
      const entries = await this.load()
      const kept = { ...entry, sql: entry.sql.slice(0, MOST_CHARACTERS) }
      entries.push(kept)
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 })
      if (this.linesInFile < MOST_ENTRIES + SLACK_ENTRIES) {
        // Where the last line was torn, a new one must not continue it.
        await appendFile(this.path, `\n${JSON.stringify(kept)}`, { mode: 0o600 })
        this.linesInFile += 1
      } else {
        entries.splice(0, entries.length - MOST_ENTRIES)
        const temporary = `${this.path}.new`
        await writeFile(temporary, entries.map((line) => JSON.stringify(line)).join('\n'), { mode: 0o600 })
        await rename(temporary, this.path)
        this.linesInFile = entries.length
      }
    })
  }

  /** Newest first; those that hold every word of `search`. */
  list({ search, limit }: { search: string; limit: number }): Promise<HistoryEntry[]> {
    return this.inTurn(async () => {
      const words = search.toLowerCase().split(/\s+/).filter(Boolean)
      const found: HistoryEntry[] = []
      for (const entry of (await this.load()).toReversed()) {
        if (found.length === limit) break
        const sql = entry.sql.toLowerCase()
        if (words.every((word) => sql.includes(word))) found.push(entry)
      }
      return found
    })
  }

  clear(): Promise<void> {
    return this.inTurn(async () => {
      await rm(this.path, { force: true })
      this.entries = []
      this.linesInFile = 0
    })
  }

  private async load(): Promise<HistoryEntry[]> {
    if (this.entries) return this.entries
    const lines = (await readIfThere(this.path)).split('\n').filter((line) => line !== '')
    this.linesInFile = lines.length
    this.entries = lines.flatMap(entryOf).slice(-MOST_ENTRIES)
    return this.entries
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(work, work)
    this.last = turn.catch(() => {})
    return turn
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function entryOf(line: string): HistoryEntry[] {
  try {
    const parsed = historyEntrySchema.safeParse(JSON.parse(line))
    return parsed.success ? [parsed.data] : []
  } catch {
    return []
  }
}

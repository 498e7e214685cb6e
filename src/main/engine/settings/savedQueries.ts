import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { MillraceError } from '../../contract/errors.ts'
import type { SavedQueries, SavedQuery, SavedQueryWords } from '../../contract/savedQueries.ts'
import { readFrontMatter, writeFrontMatter } from './frontMatter.ts'

const MOST_FILES = 2_000
const LARGEST_FILE_BYTES = 1_000_000
/**
 * The folder is looked at and not watched: Node's recursive watching misses files on Linux that were
 * replaced by a rename, as git and careful editors do, and network drives tell nothing at all.
 */
const LOOKS_EVERY_MS = 1_000

export interface SavedQueriesOptions {
  defaultFolder: string
  /** The one that the person chose, or null. */
  chosenFolder(): Promise<string | null>
  chooseFolder(folder: string | null): Promise<void>
}

/** A folder of `.sql` files that belongs to the person: read, followed, and written only when asked to. */
export class SavedQueriesFolder {
  private readonly options: SavedQueriesOptions
  private readonly listeners = new Set<() => void>()
  /** By whole path: what was read, and of which state of the file. */
  private readonly known = new Map<string, { state: string; query: SavedQuery | null }>()

  constructor(options: SavedQueriesOptions) {
    this.options = options
  }

  /** Never throws: a folder that cannot be read is told in the answer. */
  async read(): Promise<SavedQueries> {
    const chosen = await this.options.chosenFolder()
    const folder = chosen ?? this.options.defaultFolder
    const answer = { folder, isDefaultFolder: chosen === null, queries: [] as SavedQuery[] }
    try {
      if (chosen === null) await mkdir(folder, { recursive: true, mode: 0o700 })
      const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .filter((path) => !path.split('/').some((part) => part.startsWith('.') || part === 'node_modules'))
        .sort()
        .slice(0, MOST_FILES)
      for (const path of paths) {
        const query = await this.queryAt(folder, path)
        if (query) answer.queries.push(query)
      }
      return { ...answer, fault: null }
    } catch {
      return { ...answer, fault: folderMissing(folder).toFault() }
    }
  }

  /** Throws SAVED_QUERY_CHANGED, INPUT_INVALID, SAVED_QUERIES_FOLDER. */
  async write(
    query: SavedQueryWords & { path: string; sql: string; version: string | null },
  ): Promise<SavedQuery> {
    const folder = await this.folder()
    const path = this.pathIn(folder, query.path)
    const there = await readQuery(folder, query.path)
    const others = there ? readFrontMatter(await readFile(path, 'utf8')).others : []
    if ((there?.version ?? null) !== query.version) throw changedOnDisk(query.path, there !== null)
    const temporary = `${path}.${randomBytes(4).toString('hex')}.new`
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(temporary, writeFrontMatter(query, query.sql, others))
      await rename(temporary, path)
    } catch {
      await rm(temporary, { force: true })
      throw folderMissing(folder)
    }
    this.changed()
    return (await readQuery(folder, query.path))!
  }

  /** Throws SAVED_QUERY_CHANGED, FILE_EXISTS, INPUT_INVALID, SAVED_QUERIES_FOLDER. */
  async rename({ path, version, to }: { path: string; version: string; to: string }): Promise<SavedQuery> {
    const folder = await this.folder()
    const from = this.pathIn(folder, path)
    const target = this.pathIn(folder, to)
    const there = await readQuery(folder, path)
    if (there?.version !== version) throw changedOnDisk(path, there !== null)
    if (path === to) return there
    if (await stat(target).catch(() => null)) throw nameTaken(to)
    try {
      await mkdir(dirname(target), { recursive: true })
      await rename(from, target)
    } catch {
      throw folderMissing(folder)
    }
    this.changed()
    return { ...there, path: to }
  }

  /** Throws SAVED_QUERY_CHANGED. */
  async remove({ path, version }: { path: string; version: string }): Promise<boolean> {
    const folder = await this.folder()
    const full = this.pathIn(folder, path)
    const there = await readQuery(folder, path)
    if (!there) return false
    if (there.version !== version) throw changedOnDisk(path, true)
    await rm(full)
    this.changed()
    return true
  }

  async useFolder(folder: string | null): Promise<string> {
    if (folder !== null) {
      const found = isAbsolute(folder) ? await stat(folder).catch(() => null) : null
      if (!found?.isDirectory()) throw folderMissing(folder)
    }
    await this.options.chooseFolder(folder === null ? null : resolve(folder))
    this.changed()
    return this.folder()
  }

  /** Now, and again within a second of any change, until the signal is aborted. */
  async *watch(signal: AbortSignal): AsyncGenerator<SavedQueries, void, void> {
    let wake = (): void => {}
    const listener = (): void => wake()
    this.listeners.add(listener)
    signal.addEventListener('abort', listener)
    try {
      let shown = ''
      while (!signal.aborted) {
        const now = await this.read()
        const text = JSON.stringify(now)
        if (text !== shown) yield now
        shown = text
        if (signal.aborted) return
        let timer: NodeJS.Timeout | undefined
        await new Promise<void>((resolvePause) => {
          wake = resolvePause
          timer = setTimeout(resolvePause, LOOKS_EVERY_MS)
        })
        clearTimeout(timer)
      }
    } finally {
      this.listeners.delete(listener)
      signal.removeEventListener('abort', listener)
    }
  }

  private async folder(): Promise<string> {
    return (await this.options.chosenFolder()) ?? this.options.defaultFolder
  }

  private pathIn(folder: string, path: string): string {
    const full = resolve(folder, path)
    const isInside = full.startsWith(resolve(folder) + sep)
    const parts = path.split(/[/\\]/)
    if (isInside && path.endsWith('.sql') && parts.every((part) => part !== '' && !part.startsWith('.'))) return full
    throw new MillraceError({
      code: 'INPUT_INVALID',
      message: 'That is no name for a saved query.',
      advice: 'Give it a name that ends in .sql, within the folder.',
    })
  }

  /** Read again only where the file is another one than before. */
  private async queryAt(folder: string, path: string): Promise<SavedQuery | null> {
    const full = join(folder, path)
    const found = await stat(full).catch(() => null)
    if (!found) return null
    const state = `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`
    const known = this.known.get(full)
    if (known?.state === state) return known.query
    const query = await readQuery(folder, path)
    this.known.set(full, { state, query })
    return query
  }

  /** What Millrace itself has changed is told at once. */
  private changed(): void {
    for (const listener of this.listeners) listener()
  }
}

/** Null where there is no such file, or it is no text of a query's size. */
async function readQuery(folder: string, path: string): Promise<SavedQuery | null> {
  const full = join(folder, path)
  try {
    if ((await stat(full)).size > LARGEST_FILE_BYTES) return null
    const file = await readFile(full, 'utf8')
    const { words, sql } = readFrontMatter(file)
    const version = createHash('sha256').update(file).digest('hex').slice(0, 16)
    return { ...words, path, sql, version }
  } catch {
    return null
  }
}

function changedOnDisk(path: string, isThere: boolean): MillraceError {
  return new MillraceError({
    code: 'SAVED_QUERY_CHANGED',
    message: isThere ? `${path} was changed by somebody else meanwhile.` : `${path} is no longer there.`,
    advice: 'Take the text of the file, or keep yours and save it over the file.',
  })
}

function nameTaken(path: string): MillraceError {
  return new MillraceError({
    code: 'FILE_EXISTS',
    message: `There is a saved query called ${path} already.`,
    advice: 'Give it another name.',
  })
}

function folderMissing(folder: string): MillraceError {
  return new MillraceError({
    code: 'SAVED_QUERIES_FOLDER',
    message: `The folder of saved queries cannot be read or written: ${folder}.`,
    advice: 'Choose a folder that is there, by its whole path.',
  })
}

import { createHmac } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The one key of this data folder. */
export function readMaskKeyFile(dataFolder: string): Buffer {
  const [name, ...others] = readdirSync(join(dataFolder, 'mask-keys'))
  if (others.length > 0) throw new Error('there are several keys')
  return Buffer.from(readFileSync(join(dataFolder, 'mask-keys', name!), 'utf8').trim(), 'hex')
}

export function hashBy(key: Buffer, text: string | null): string | null {
  return text === null ? null : createHmac('sha256', key).update(text).digest('hex')
}

/** Looks through every file under a folder again and again, for texts that may be there for a moment only. */
export class DiskWatch {
  private readonly found = new Map<string, Set<string>>()
  private readonly looking: Promise<void>
  private isOver = false

  constructor(folder: string, texts: readonly string[]) {
    this.looking = (async () => {
      // Once more after the end was asked for.
      for (let last = false; !last; ) {
        last = this.isOver
        this.look(folder, texts)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })()
  }

  /** By text: the files in which it was seen at any moment. */
  async end(): Promise<Map<string, Set<string>>> {
    this.isOver = true
    await this.looking
    return this.found
  }

  private look(folder: string, texts: readonly string[]): void {
    for (const path of filesUnder(folder)) {
      let bytes: Buffer
      try {
        bytes = readFileSync(path)
      } catch {
        continue
      }
      for (const text of texts) {
        if (!bytes.includes(text)) continue
        const paths = this.found.get(text) ?? new Set()
        this.found.set(text, paths.add(path.replace(/^.*\.duckdb/, 'file').replace(/^.*\//, '')))
      }
    }
  }
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    try {
      const found = statSync(path)
      if (found.isDirectory()) return filesUnder(path)
      // Rows of a copy go through pipes, which are nobody else's to read.
      return found.isFile() ? [path] : []
    } catch {
      return []
    }
  })
}

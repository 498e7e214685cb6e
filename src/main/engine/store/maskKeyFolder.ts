import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Where the keys of hashed columns lie: in the data folder, apart from the replica files, which may be given away. One
 * file a key, `<id>.key`, for its owner alone.
 */
export class MaskKeyFolder {
  private readonly path: string

  constructor(dataFolder: string) {
    this.path = join(dataFolder, 'mask-keys')
  }

  /** null where it is not there. */
  async read(keyId: string): Promise<Buffer | null> {
    try {
      return Buffer.from((await readFile(this.fileOf(keyId), 'latin1')).trim(), 'hex')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  /** On the disk when it resolves; without it no hash could be made again. */
  async write(keyId: string, key: Buffer): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 })
    const file = await open(this.fileOf(keyId), 'wx', 0o600)
    try {
      await file.writeFile(`${key.toString('hex')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await syncFolder(this.path)
  }

  private fileOf(keyId: string): string {
    return join(this.path, `${keyId}.key`)
  }
}

/** Not every system lets a folder be opened. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null)
  await folder?.sync().catch(() => {})
  await folder?.close()
}

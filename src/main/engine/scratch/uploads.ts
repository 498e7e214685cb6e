import { mkdtemp, open, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { MillraceError } from '../../contract/errors.ts'

interface Upload {
  folder: string
  path: string
  file: FileHandle
  receivedBytes: number
}

/** Files on their way from the window to the disk, piece by piece. */
export class Uploads {
  private readonly temporaryFolder: string
  private readonly byId = new Map<string, Upload>()

  constructor(temporaryFolder: string) {
    this.temporaryFolder = temporaryFolder
  }

  async begin(id: string, fileName: string): Promise<void> {
    await this.abort(id)
    const folder = await mkdtemp(join(this.temporaryFolder, 'upload-'))
    // Only the ending of its name is of use: DuckDB would take some characters for a pattern.
    const path = join(folder, `upload${endingOf(fileName)}`)
    this.byId.set(id, { folder, path, file: await open(path, 'wx', 0o600), receivedBytes: 0 })
  }

  /** Throws SCRATCH_UPLOAD_LOST where it does not follow on what has come. */
  async piece(id: string, offset: number, bytes: Buffer): Promise<number> {
    const upload = this.byId.get(id)
    if (!upload || upload.receivedBytes !== offset) throw lost()
    await upload.file.write(bytes, 0, bytes.length, offset)
    upload.receivedBytes += bytes.length
    return upload.receivedBytes
  }

  /** Hands the whole file to `use`, and deletes it. */
  async finish<Result>(id: string, use: (path: string) => Promise<Result>): Promise<Result> {
    const upload = this.byId.get(id)
    if (!upload) throw lost()
    try {
      await upload.file.close()
      return await use(upload.path)
    } finally {
      this.byId.delete(id)
      await rm(upload.folder, { recursive: true, force: true })
    }
  }

  async abort(id: string): Promise<boolean> {
    const upload = this.byId.get(id)
    if (!upload) return false
    this.byId.delete(id)
    await upload.file.close().catch(() => {})
    await rm(upload.folder, { recursive: true, force: true })
    return true
  }

  async close(): Promise<void> {
    for (const id of [...this.byId.keys()]) await this.abort(id)
  }
}

function endingOf(fileName: string): string {
  return /(\.[a-z]+)?\.[a-z]+$/i.exec(basename(fileName))?.[0] ?? ''
}

function lost(): MillraceError {
  return new MillraceError({
    code: 'SCRATCH_UPLOAD_LOST',
    message: 'Part of the file did not arrive.',
    advice: 'Bring the file again.',
  })
}

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { MillraceError } from '../../contract/errors.ts'

/**
 * Writes beside the target and renames at the end: a failure leaves no half file, and an old one of that
 * name stays. Throws DISK_FULL or FILE_UNWRITABLE for what the file system says.
 */
export async function writeWhole<Result>(path: string, write: (partialPath: string) => Promise<Result>): Promise<Result> {
  const partial = `${path}.partial-${process.pid}`
  try {
    const result = await write(partial)
    await rename(partial, path)
    return result
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (error instanceof MillraceError || typeof code !== 'string') throw error
    throw unwritable(path, code, error)
  } finally {
    await rm(partial, { force: true })
  }
}

function unwritable(path: string, code: string, cause: unknown): MillraceError {
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  return new MillraceError(
    {
      code: isFull ? 'DISK_FULL' : 'FILE_UNWRITABLE',
      message: isFull ? 'The disk is full.' : `The file ${path} could not be written.`,
      advice: isFull
        ? 'Make room, or write to another disk.'
        : 'Look whether its folder exists and may be written to, or choose another one.',
      detail: code,
    },
    { cause },
  )
}

/** Where text goes as it comes; a write waits while the disk is behind. */
export interface TextSink {
  write(text: string): Promise<void>
  readonly bytes: number
}

/** Writes a new file of text by what `fill` gives. */
export async function writeTextFile<Result>(path: string, fill: (sink: TextSink) => Promise<Result>): Promise<Result> {
  const stream = createWriteStream(path)
  const done = finished(stream)
  // Told by the write that follows.
  done.catch(() => {})
  const sink: TextSink = {
    async write(text) {
      if (!stream.write(text)) await Promise.race([once(stream, 'drain'), done])
    },
    get bytes() {
      return stream.bytesWritten + stream.writableLength
    },
  }
  try {
    const result = await fill(sink)
    stream.end()
    await done
    return result
  } finally {
    stream.destroy()
  }
}

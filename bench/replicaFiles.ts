import { cp, rm, stat } from 'node:fs/promises'

/** A replica is its file and, until DuckDB's next checkpoint, the log beside it. */
const parts = (file: string): string[] => [file, `${file}.wal`]

export async function removeReplica(file: string): Promise<void> {
  for (const part of parts(file)) await rm(part, { force: true })
}

export async function copyReplica(from: string, to: string): Promise<void> {
  await removeReplica(to)
  for (const [index, part] of parts(from).entries()) {
    await cp(part, parts(to)[index]!).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' || index === 0) throw error
    })
  }
}

export async function replicaBytes(file: string): Promise<number> {
  const sizes = await Promise.all(parts(file).map((part) => stat(part).then(({ size }) => size, () => 0)))
  return sizes.reduce((sum, size) => sum + size, 0)
}

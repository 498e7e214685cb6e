import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryFolder {
  readonly path: string
  join(...parts: string[]): string
  remove(): Promise<void>
}

/** A new empty folder; with `using` or `remove` it goes with everything in it. */
export async function temporaryFolder(name = 'millrace-test'): Promise<TemporaryFolder & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), `${name}-`))
  // Tests may run as root, and the servers in them under an account that must get in.
  await chmod(path, 0o755)
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 3 })
  return { path, join: (...parts) => join(path, ...parts), remove, [Symbol.asyncDispose]: remove }
}

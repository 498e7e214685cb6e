import { readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isAlive, ownerSchema } from '../../src/main/engine/demo/owner.ts'
import { killPostmaster, readPostmasterFile } from '../../src/main/engine/demo/postmaster.ts'
import { temporaryRoot } from '../../src/main/engine/demo/serverHome.ts'

const stateSchema = z.object({ owner: ownerSchema.nullable() })
/** A folder without an owner this young is one that somebody is just making. */
const youngMs = 10 * 60_000

/** Ends the servers, and removes the folders, that killed test runs have left behind. */
export async function sweepLeftovers(): Promise<void> {
  const root = temporaryRoot()
  for (const name of await readdir(root).catch(() => [])) {
    if (!/^test-\d+-/.test(name)) continue
    const folder = join(root, name)
    const found = await stat(folder).catch(() => null)
    if (!found) continue
    const text = await readFile(join(folder, 'server.json'), 'utf8').catch(() => null)
    const owner = text === null ? null : stateSchema.parse(JSON.parse(text)).owner
    if (owner ? await isAlive(owner) : Date.now() - found.mtimeMs < youngMs) continue
    const cluster = join(folder, 'cluster')
    const postmaster = await readPostmasterFile(cluster)
    if (postmaster) await killPostmaster(cluster, postmaster.pid)
    await rm(folder, { recursive: true, force: true })
  }
}

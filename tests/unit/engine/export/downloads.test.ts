import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Downloads } from '../../../../src/main/engine/export/downloads.ts'

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'millrace-downloads-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function offered(downloads: Downloads): Promise<string> {
  const download = await downloads.begin('orders.csv')
  await writeFile(download.path, 'id\r\n1\r\n')
  return download.offer()
}

describe('an export that waits for a browser', () => {
  it('is handed over once, and gone when it is removed', async () => {
    const downloads = new Downloads(folder)
    const id = await offered(downloads)
    const taken = downloads.take(id)
    expect(taken).toMatchObject({ fileName: 'orders.csv', bytes: 7 })
    expect(downloads.take(id)).toBeNull()
    expect(await readdir(folder)).toHaveLength(1)
    await taken?.remove()
    expect(await readdir(folder)).toEqual([])
  })

  it('is given up where nobody asks for it, or where its export does not come to an end', async () => {
    const downloads = new Downloads(folder, 1)
    const id = await offered(downloads)
    const unfinished = await downloads.begin('half.csv')
    await writeFile(unfinished.path, 'id')
    await unfinished.discard()
    await vi.waitFor(async () => expect(await readdir(folder)).toEqual([]))
    expect(downloads.take(id)).toBeNull()
  })

  it('leaves nothing when the engine closes', async () => {
    const downloads = new Downloads(folder)
    const id = await offered(downloads)
    await downloads.begin('half.csv')
    await downloads.close()
    expect(await readdir(folder)).toEqual([])
    expect(downloads.take(id)).toBeNull()
  })
})

import { statSync, truncateSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { ReplicaFile } from '../../../../src/main/engine/store/replicaFile.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

interface FileExtent {
  fileBytes: number
  blockBytes: number
  /** What the header counts, with the header itself. */
  headerBytes: number
}

async function extentOf(path: string): Promise<FileExtent> {
  const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const reader = await connection.runAndReadAll('SELECT block_size::INTEGER, total_blocks::INTEGER FROM pragma_database_size()')
  const [blockBytes, blocks] = reader.getRows()[0] as [number, number]
  connection.closeSync()
  instance.closeSync()
  return { fileBytes: statSync(path).size, blockBytes, headerBytes: 3 * 4096 + blocks * blockBytes }
}

test('a file whose last blocks are free and were never written opens; one that lacks a used block is damaged', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('replica.duckdb')
  const options = { createdBy: 'test', temporaryFolder: folder.join('temporary') }
  const changed = async (change: string): Promise<void> => {
    const file = await ReplicaFile.open(path, options)
    await file.record((connection) => connection.run(change))
    await file.close()
  }
  await changed('CREATE TABLE public."it is ""quoted""" AS SELECT 1 AS id')
  await changed('CREATE TABLE public."a.b" AS SELECT range AS id, range::VARCHAR AS name FROM range(100)')
  let extent = await extentOf(path)
  for (let change = 0; extent.fileBytes >= extent.headerBytes; change += 1) {
    expect(change, 'checkpoints until the last block is a free one').toBeLessThan(50)
    await changed(`DELETE FROM public."a.b" WHERE id = ${change}; INSERT INTO public."a.b" VALUES (${change}, 'again')`)
    extent = await extentOf(path)
  }
  const file = await ReplicaFile.open(path, options)
  await file.bookkeeping.run('SELECT count(*) FROM public."a.b"')
  await file.close()
  extent = await extentOf(path)
  truncateSync(path, 3 * 4096 + 2 * extent.blockBytes)
  await expect(ReplicaFile.open(path, options)).rejects.toMatchObject({ code: 'FILE_DAMAGED' })
  expect(statSync(path).size, 'left as it is').toBe(3 * 4096 + 2 * extent.blockBytes)
})

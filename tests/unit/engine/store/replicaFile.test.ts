import { expect, test } from 'vitest'
import { ReplicaFile } from '../../../../src/main/engine/store/replicaFile.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

test('what is being recorded when the file is closed is in it afterwards, and nothing is recorded after that', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('replica.duckdb')
  const options = { createdBy: 'test', temporaryFolder: folder.join('temporary') }
  const file = await ReplicaFile.open(path, options)
  const recording = [1, 2, 3].map((n) => file.record((connection) => connection.run(`CREATE TABLE public.t${n} AS SELECT count(*) FROM range(1000000)`)))
  await file.close()
  await expect(file.record((connection) => connection.run('CREATE TABLE public.late (n INTEGER)'))).rejects.toMatchObject({ code: 'STOPPED' })
  await Promise.all(recording)
  const again = await ReplicaFile.open(path, options)
  const reader = await again.bookkeeping.runAndReadAll(`SELECT table_name FROM duckdb_tables() WHERE schema_name = 'public' ORDER BY 1`)
  await again.close()
  expect(reader.getRows()).toEqual([['t1'], ['t2'], ['t3']])
})

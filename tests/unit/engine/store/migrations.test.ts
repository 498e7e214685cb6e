import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { FORMAT_VERSION, migrationsFrom } from '../../../../src/main/engine/store/migrations.ts'
import { readTables, writeTable } from '../../../../src/main/engine/store/records.ts'
import { ReplicaFile } from '../../../../src/main/engine/store/replicaFile.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

/** What the first version's statements alone make: a file as an earlier Millrace left it. */
async function writeFirstVersion(path: string): Promise<void> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  const later = new Set(migrationsFrom(1))
  for (const statement of migrationsFrom(0)) if (!later.has(statement)) await connection.run(statement)
  await connection.run(`INSERT INTO millrace.file VALUES (1, now(), 'millrace 0.1.0')`)
  await connection.run(
    `INSERT INTO millrace.tables VALUES (16384, 'public', 'orders', 'public', 'orders', 'ready', NULL, 'key', '0/10', now(), 3)`,
  )
  connection.closeSync()
  instance.closeSync()
}

test('a file of the first version is brought up to date, and keeps what it records', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('old.duckdb')
  await writeFirstVersion(path)
  for (const round of ['brought up', 'opened again']) {
    const file = await ReplicaFile.open(path, { createdBy: 'test', temporaryFolder: folder.join('temporary') })
    const version = await file.bookkeeping.runAndReadAll('SELECT format_version FROM millrace.file')
    expect([round, version.getRows()]).toEqual([round, [[FORMAT_VERSION]]])
    const [table] = await readTables(file.bookkeeping)
    expect(table).toMatchObject({ oid: 16384, state: 'ready', copiedRows: 3n })
    await writeTable(file.bookkeeping, { table: table!, columns: [], marks: null })
    expect(await readTables(file.bookkeeping)).toHaveLength(1)
    await file.close()
  }
})

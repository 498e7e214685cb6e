import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { readCsv } from '../../../../src/main/engine/store/csvReader.ts'
import type { ColumnPlan } from '../../../../src/main/engine/typemap/index.ts'

export interface Staging {
  readonly connection: DuckDBConnection
  /** Loads CSV of an `id` and a value into table `stored`, as the engine loads its own. */
  load(csv: string | Buffer, plan: ColumnPlan): Promise<void>
  close(): void
}

export async function openStaging(): Promise<Staging> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-typemap-'))
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  // Any zone must do: instants carry their offset.
  await connection.run(`SET TimeZone = 'America/New_York'`)
  const path = join(folder, 'staged.csv')
  return {
    connection,
    async load(csv, plan) {
      const bytes = Buffer.from(csv)
      writeFileSync(path, bytes)
      const columns = [
        { name: 'id', type: 'INTEGER' },
        { name: 'v', type: plan.stageType },
      ]
      const source = readCsv({ path, columns, longestRowBytes: bytes.length, hasLineBreaks: true })
      await connection.run(`CREATE OR REPLACE TABLE stored (id INTEGER, v ${plan.replicaType})`)
      await connection.run(`INSERT INTO stored SELECT id, ${plan.convert('"v"')} FROM ${source}`)
    },
    close() {
      connection.closeSync()
      instance.closeSync()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** As the engine writes it: quoted only where it must be, NULL as nothing. */
export function csvOf(values: readonly (string | null)[], mayNeedQuotes: boolean): string {
  return values.map((value, index) => `${index},${csvField(value, mayNeedQuotes)}\n`).join('')
}

function csvField(value: string | null, mayNeedQuotes: boolean): string {
  if (value === null) return ''
  if (!mayNeedQuotes) return value
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

import type { DuckDBConnection } from '@duckdb/node-api'
import { readSchemaChanges, type SchemaChangeRecord } from '../store/records.ts'
import type { SchemaOutcome } from './schemaOutcome.ts'

const SHOWN = 100

/** What has become of changes of tables on the source, the newest first: the last hundred. */
export class SchemaChangeLog {
  changes: readonly SchemaChangeRecord[] = []

  async read(connection: DuckDBConnection): Promise<void> {
    this.changes = await readSchemaChanges(connection, SHOWN)
  }

  /** Answers, for each change that was applied, a sentence for Live. */
  note(outcomes: readonly SchemaOutcome[]): string[] {
    const records = outcomes.flatMap((outcome) => outcome.records)
    this.changes = [...records.toReversed(), ...this.changes].slice(0, SHOWN)
    return records
      .filter(({ outcome }) => outcome === 'applied')
      .map(({ schema, name, change }) => `${schema}.${name} changed on the source: ${change}.`)
  }
}

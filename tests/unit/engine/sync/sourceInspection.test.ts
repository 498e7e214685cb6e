import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { lsnFromBigint } from '../../../../src/main/engine/model/lsn.ts'
import { fingerprintsQuery, typesFingerprintQuery } from '../../../../src/main/engine/source/shapeQueries.ts'
import { newFollowedTable, type FollowedTable } from '../../../../src/main/engine/sync/followedTables.ts'
import type { SchemaOutcome } from '../../../../src/main/engine/sync/schemaOutcome.ts'
import { SourceInspection } from '../../../../src/main/engine/sync/sourceInspection.ts'
import { planTable } from '../../../../src/main/engine/typemap/tablePlan.ts'
import { silentLogger } from '../../../support/logger.ts'
import { relation } from '../source/relation.ts'

/** A source that answers the questions of an inspection, and does something while it is asked for its publications. */
function sourceThat(meanwhile: () => void, answers: Partial<Record<string, object[]>> = {}): pg.ClientBase {
  const query = async ({ text }: { text: string }): Promise<{ rows: object[] }> => {
    if (text === typesFingerprintQuery) return { rows: [{ fingerprint: 'types' }] }
    if (text === fingerprintsQuery) return { rows: answers['fingerprints'] ?? [] }
    if (!text.includes('pubviaroot')) throw new Error(`it was asked: ${text}`)
    meanwhile()
    return { rows: [] }
  }
  return { query } as unknown as pg.ClientBase
}

function inspectionOf(tables: Map<number, FollowedTable>, told: SchemaOutcome[], notices: string[] = []): SourceInspection {
  const clock = { nowMs: () => 0, monotonicMs: () => 0 }
  return new SourceInspection({
    run: { visibleLsn: lsnFromBigint(1n), betweenBatches: () => Promise.reject(new Error('nothing is to be applied')) },
    host: { clock, logger: silentLogger },
    file: { record: async () => undefined as never },
    address: {} as never,
    source: { publicationNames: ['p'] } as never,
    tables,
    signal: new AbortController().signal,
    onOutcomes: (outcomes) => told.push(...outcomes),
    onNotice: (_severity, text) => notices.push(text),
  })
}

function followed(state: FollowedTable['state']): FollowedTable {
  return { ...newFollowedTable(planTable(relation()), null), state, snapshotLsn: lsnFromBigint(1n) }
}

describe('a look for what the stream does not tell', () => {
  it.each(['init', 'errored'] as const)('a table that is %s when the publications are asked for, and copied when they answer, is not said to be out of them', async (state) => {
    const table = followed(state)
    const told: SchemaOutcome[] = []
    const copied = (): void => void Object.assign(table, { state: 'ready', plan: planTable(relation()) })
    const source = sourceThat(copied, { fingerprints: [{ oid: '1', fingerprint: 'other' }] })
    await inspectionOf(new Map([[1, table]]), told).inspect(source, false)
    expect(told).toEqual([])
    expect(table.state).toBe('ready')
  })

  it('that fails again and again, though the source is there, is told once', async () => {
    const told: string[] = []
    const inspection = inspectionOf(new Map(), [], told)
    const refusing = { query: () => Promise.reject(Object.assign(new Error('canceling statement'), { code: '57014' })) } as unknown as pg.ClientBase
    for (let look = 0; look < 5; look++) await expect(inspection.inspect(refusing, false)).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' })
    expect(told).toEqual([expect.stringMatching(/Until the catalog can be read again/)])
  })
})

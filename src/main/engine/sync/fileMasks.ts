import { randomBytes } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import { MillraceError } from '../../contract/errors.ts'
import { KEY_BYTES, MaskKey } from '../masking/maskKey.ts'
import type { MaskRequest } from '../masking/maskRequests.ts'
import { masksOfTable, type TableMasks } from '../masking/tableMasks.ts'
import type { MaskRecord } from '../model/maskRule.ts'
import type { SourceRelation } from '../model/relation.ts'
import { MaskKeyFolder } from '../store/maskKeyFolder.ts'
import { readMaskKey, readMasks, writeMaskKey, writeMasks } from '../store/maskRecords.ts'
import type { ReplicaFile } from '../store/replicaFile.ts'
import { keysLostToMasks, planTable, type TablePlan } from '../typemap/tablePlan.ts'

/** The masks that one file is to have, and the key of its hashes. */
export class FileMasks {
  private readonly file: ReplicaFile
  private readonly folder: MaskKeyFolder
  private key: MaskKey | null = null
  /** Another one after each request: whoever has planned a table before it plans it anew. */
  revision = 0

  constructor(file: ReplicaFile, dataFolder: string) {
    this.file = file
    this.folder = new MaskKeyFolder(dataFolder)
  }

  /** The key of the hashes; null where the file has none, or it has not been read. */
  get keyInUse(): MaskKey | null {
    return this.key
  }

  /** As `keyInUse`, for a value that must be hashed. Throws MASK_KEY_MISSING. */
  requireKey(): MaskKey {
    if (this.key) return this.key
    throw keyMissing('')
  }

  /** Reads the key where some column of the file is to be hashed. Throws MASK_KEY_MISSING. */
  async readKey(): Promise<void> {
    const record = await readMaskKey(this.file.bookkeeping)
    if (!record) return
    const bytes = await this.folder.read(record.keyId)
    const key = bytes?.length === KEY_BYTES ? new MaskKey(bytes) : null
    if (key?.fingerprint() === record.fingerprint) this.key = key
    else if ((await readMasks(this.file.bookkeeping)).some(({ rule }) => rule === 'hash')) throw keyMissing(record.keyId)
  }

  /** Reads what the file has, once for many tables. */
  async read(): Promise<(relation: SourceRelation) => TableMasks> {
    const records = await readMasks(this.file.bookkeeping)
    return (relation) => masksOfTable(records, relation)
  }

  /**
   * Records what is asked for of tables of the source, makes the key where one is needed, and answers the OIDs of the
   * tables whose masks are others now. Throws MASK_COLUMN_MISSING and MASK_ON_KEY before anything is changed.
   */
  async request(requests: readonly MaskRequest[], relations: readonly SourceRelation[]): Promise<Set<number>> {
    if (requests.length === 0) return new Set()
    const known = await readMasks(this.file.bookkeeping)
    const asked = requests.map((request) => recordFor(request, relations))
    const changed = asked.filter(({ oid, attnum, rule }) => ruleIn(known, oid, attnum) !== rule)
    for (const oid of new Set(asked.map((record) => record.oid))) {
      const relation = relations.find((other) => other.oid === oid)!
      refuseKeys(planTable(relation, { masks: masksOfTable([...known.filter((one) => !isIn(one, asked)), ...asked], relation).rules }))
    }
    if (asked.some(({ rule }) => rule === 'hash')) await this.ensureKey()
    await this.file.record((connection) => writeMasks(connection, asked))
    this.revision++
    return new Set(changed.map(({ oid }) => oid))
  }

  /** Part of the caller's transaction: what a table has by its name becomes its own. */
  async adopt(connection: DuckDBConnection, relation: SourceRelation, { rules }: TableMasks): Promise<void> {
    const { oid, schema, name: table, columns } = relation
    const records = columns.flatMap(({ attnum, name: column }): MaskRecord[] => {
      const rule = rules.get(attnum)
      return rule === undefined ? [] : [{ oid, attnum, schema, table, column, rule }]
    })
    await writeMasks(connection, records)
  }

  private async ensureKey(): Promise<void> {
    if (this.key) return
    const bytes = randomBytes(KEY_BYTES)
    const key = new MaskKey(bytes)
    const keyId = randomBytes(8).toString('hex')
    // The key is there before anything says that it is needed: a kill in between leaves a file that nobody needs.
    await this.folder.write(keyId, bytes)
    await this.file.record(async (connection) => {
      await connection.run('DELETE FROM millrace.mask_key')
      await writeMaskKey(connection, { keyId, fingerprint: key.fingerprint() })
    })
    this.key = key
  }
}

/** Why a table with such masks cannot be followed; null where it can. */
export function reasonAgainstMasks(plan: TablePlan): string | null {
  const [column] = keysLostToMasks(plan)
  if (!column) return null
  return `${column.sourceName} is part of the key by which rows are found, and its mask would make all keys alike; mask it by hash, or not at all.`
}

/** A table of an earlier one's name: what has no column of a masked name may have it under another. Throws MASK_COLUMN_MISSING. */
export function refuseLost({ schema, name }: SourceRelation, masks: TableMasks): TableMasks {
  if (masks.lost.length > 0) throw columnMissing(lostReason(schema, name, masks.lost))
  return masks
}

export function lostReason(schema: string, name: string, lost: readonly string[]): string {
  return `${schema}.${name} was made anew on the source, and has no column ${lost.join(', ')} any more, which was masked.`
}

function refuseKeys(plan: TablePlan): void {
  const [column] = keysLostToMasks(plan)
  if (!column) return
  throw new MillraceError({
    code: 'MASK_ON_KEY',
    message: `${plan.schema}.${plan.name}.${column.sourceName} is part of the key by which changed rows are found, so it cannot be masked by ${column.mask}.`,
    advice: 'Mask it by hash, which keeps different keys apart, or not at all.',
  })
}

function recordFor({ schema, table, column, rule }: MaskRequest, relations: readonly SourceRelation[]): MaskRecord {
  const relation = relations.find((other) => other.schema === schema && other.name === table)
  if (!relation) throw columnMissing(`There is no table ${schema}.${table} among those that are followed.`)
  const found = relation.columns.find(({ name }) => name === column)
  if (!found) throw columnMissing(`The table ${schema}.${table} has no column ${column}.`)
  if (found.generated !== '') throw columnMissing(`${schema}.${table}.${column} is generated on the source and is not copied.`)
  return { oid: relation.oid, attnum: found.attnum, schema, table, column, rule }
}

function ruleIn(records: readonly MaskRecord[], oid: number, attnum: number): MaskRecord['rule'] {
  return records.find((record) => record.oid === oid && record.attnum === attnum)?.rule ?? 'none'
}

function isIn({ oid, attnum }: MaskRecord, records: readonly MaskRecord[]): boolean {
  return records.some((record) => record.oid === oid && record.attnum === attnum)
}

function columnMissing(message: string): MillraceError {
  return new MillraceError({
    code: 'MASK_COLUMN_MISSING',
    message,
    advice: 'Check the names, where those with capital letters or dots stand in double quotes; say with --mask what is masked now.',
  })
}

function keyMissing(keyId: string): MillraceError {
  const name = keyId === '' ? 'The key' : `The key ${keyId}`
  return new MillraceError({
    code: 'MASK_KEY_MISSING',
    message: `${name} by which columns of this file are hashed is not in the data folder of this Millrace.`,
    advice: 'Put its file back into the folder mask-keys, from a backup or from where the replica was made; without it, copy into a new file.',
  })
}

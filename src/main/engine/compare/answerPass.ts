import { setTimeout as delay } from 'node:timers/promises'
import type { Lsn } from '../model/lsn.ts'
import type { Clock } from '../ports.ts'
import type { SourceReader } from '../query/sourceStatement.ts'
import { Answer } from './answer.ts'
import { canonicalReplicaValue, canonicalSourceValue } from './canonicalValue.ts'
import { compareAnswers } from './compareAnswers.ts'
import type { ComparedAnswers } from './compareAnswers.ts'
import type { ReplicaSide } from './replicaSide.ts'
import { readMomentOf } from './sourceSide.ts'
import type { SourceSide } from './sourceSide.ts'
import { commonFamily, replicaShape, sourceShape } from './valueFamily.ts'

export interface AnswerPassOptions {
  source: SourceSide
  replica: ReplicaSide
  /** A second connection to the source, which sees what the first one's moment no longer does. */
  watcher: SourceReader
  /** True once the replica has come as far as `lsn`, false when the time is up. */
  waitForLsn(lsn: Lsn, options: { timeoutMs: number; signal: AbortSignal }): Promise<boolean>
  /** How long a busy source is watched for a moment in which both hold the same. */
  momentWithinMs: number
  isOrdered: boolean
  signal: AbortSignal
  clock: Clock
}

export interface AnswerPass extends ComparedAnswers {
  /** True where both were proven to hold the same transactions. */
  isSameMoment: boolean
  sourceLsn: Lsn
  replicaLsn: Lsn | null
}

/**
 * Reads both answers from the same moment and compares them, in a run of its own that is not timed. On a
 * source that is written to all the time two reads a few milliseconds apart would differ; so a snapshot
 * of the source is taken, the replica's is taken once it has come that far, and the pair serves if the
 * source's snapshot would still be the same then: no transaction has begun or ended between.
 */
export async function passAnswers(options: AnswerPassOptions): Promise<AnswerPass> {
  const moment = await findMoment(options)
  const compared = await readAnswers(options)
  await options.source.finish()
  return { ...moment, ...compared }
}

async function findMoment(options: AnswerPassOptions): Promise<Omit<AnswerPass, keyof ComparedAnswers>> {
  const { source, replica, watcher, waitForLsn, momentWithinMs, signal, clock } = options
  const deadlineMs = clock.monotonicMs() + momentWithinMs
  for (let attempt = 0; ; attempt += 1) {
    const { snapshot, lsn } = await source.freeze()
    const leftMs = deadlineMs - clock.monotonicMs()
    const hasArrived = await waitForLsn(lsn, { timeoutMs: Math.max(0, leftMs), signal })
    const replicaLsn = await replica.freeze()
    const after = await readMomentOf(watcher)
    const isSameMoment = hasArrived && after.snapshot === snapshot
    if (isSameMoment || clock.monotonicMs() >= deadlineMs) return { isSameMoment, sourceLsn: lsn, replicaLsn }
    // Out of step with whatever writes in a rhythm.
    await delay(3 + ((attempt * 7) % 20), undefined, { signal })
  }
}

async function readAnswers({ source, replica, isOrdered }: AnswerPassOptions): Promise<ComparedAnswers> {
  const replicaTypes = (await replica.columns()).map(({ type }) => type)
  let ours: Answer | null = null
  let names: string[] = []
  let types: string[] = []
  const pending: (string | null)[][] = []
  const take = (row: (string | null)[]): void => {
    ours!.add(
      row.map((text, column) => canonicalSourceValue(text, ours!.families[column]!, types[column]!.endsWith('[]'))),
    )
  }
  await source.read(
    (row) => (ours ? take(row) : pending.push(row)),
    (columns) => {
      names = columns.map(({ name }) => name)
      types = columns.map(({ type }) => type)
      const families = columns.map(({ type }, index) =>
        commonFamily(sourceShape(type), replicaShape(replicaTypes[index] ?? type)),
      )
      ours = new Answer(families)
      pending.splice(0).forEach(take)
    },
  )
  const sourceAnswer = ours as Answer | null
  const families = sourceAnswer?.families ?? []
  const theirs = new Answer(families)
  if (families.length !== replicaTypes.length) {
    const replicaColumns = countText(replicaTypes.length)
    const difference = `The source answered with ${countText(families.length)}, the replica with ${replicaColumns}.`
    return {
      verdict: {
        same: false,
        sourceRows: sourceAnswer?.rowCount ?? 0,
        replicaRows: 0,
        comparedAs: 'unordered',
        difference,
      },
      notes: [],
    }
  }
  await replica.read((row) => theirs.add(row.map((value, column) => canonicalReplicaValue(value, families[column]!))))
  return compareAnswers(sourceAnswer ?? new Answer(families), theirs, { columnNames: names, isOrdered })
}

function countText(count: number): string {
  return count === 1 ? '1 column' : `${count} columns`
}

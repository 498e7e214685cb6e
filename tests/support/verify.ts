import type { Verification, VerifiedTable } from '../../src/main/contract/verify.ts'
import { VerifyService, type VerifyInput } from '../../src/main/engine/reconcile/verifyService.ts'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { isConflict } from '../../src/main/engine/store/faults.ts'
import { testHost } from './host.ts'

export interface VerifyRun {
  signal?: AbortSignal
  /** Sees every picture of the run. */
  onProgress?(verification: Verification): void
}

/** One verification to its end, without rests. */
export async function verifySession(
  session: ReplicaSession,
  input: Partial<VerifyInput> = {},
  { signal, onProgress }: VerifyRun = {},
): Promise<Verification> {
  const service = new VerifyService({ host: testHost(session.stagingFolder), session })
  let last: Verification | null = null
  for await (const verification of service.run({ mode: 'full', repair: false, share: 1, ...input }, signal)) {
    last = verification
    onProgress?.(verification)
  }
  return last!
}

/** What was found of one table, in short: `missing 5`, `altered 7: status, total`. */
export function findingsOf({ differences }: VerifiedTable): string[] {
  return differences
    .map(({ kind, key, columns, rows }) => {
      const where = key.length > 0 ? key.join('/') : `${rows} rows`
      return `${kind} ${where}${columns.length > 0 ? `: ${columns.join(', ')}` : ''}`
    })
    .sort()
}

/** Changes the replica behind the stream's back. */
export async function plant(session: ReplicaSession, ...statements: string[]): Promise<void> {
  const connection = await session.connectReplica()
  try {
    for (const statement of statements) {
      // The stream may just be changing the same rows.
      while (!(await connection.run(statement).then(() => true, (error: unknown) => !isConflict(error) && Promise.reject(error))));
    }
  } finally {
    connection.closeSync()
  }
}

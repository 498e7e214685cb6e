import { tablePageContract } from './catalog.ts'
import { chartContract } from './chart.ts'
import { compareContract } from './compare.ts'
import { exportContract } from './export.ts'
import { historyContract } from './history.ts'
import { demoContract, liveContract } from './live.ts'
import { catalogContract, queryContract } from './query.ts'
import { savedQueriesContract } from './savedQueries.ts'
import { appContract, settingsContract } from './settings.ts'
import { scratchContract } from './scratch.ts'
import { sourceContract } from './source.ts'
import { statisticsContract } from './statistics.ts'
import { verifyContract } from './verify.ts'
import { workspaceContract } from './workspace.ts'

/**
 * Everything that a window can ask of the engine. Client and server types are derived from it, and
 * both sides validate against it. A failure crosses as one oRPC error of code `MILLRACE` whose data
 * is a `Fault` (see `rpc/faults.ts`).
 */
export const contract = {
  app: appContract,
  source: sourceContract,
  workspace: workspaceContract,
  live: liveContract,
  demo: demoContract,
  query: queryContract,
  catalog: { ...catalogContract, ...tablePageContract },
  scratch: scratchContract,
  statistics: statisticsContract,
  chart: chartContract,
  compare: compareContract,
  export: exportContract,
  verify: verifyContract,
  settings: settingsContract,
  history: historyContract,
  savedQueries: savedQueriesContract,
}
export type Contract = typeof contract

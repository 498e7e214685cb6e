import type { EngineRouter } from '../../rpc/server.ts'
import { appHandlers } from './app.ts'
import { catalogHandlers } from './catalog.ts'
import { chartHandlers } from './chart.ts'
import { compareHandlers } from './compare.ts'
import { exportHandlers } from './export.ts'
import { historyHandlers } from './history.ts'
import { liveHandlers, demoHandlers } from './live.ts'
import { queryHandlers } from './query.ts'
import { savedQueriesHandlers } from './savedQueries.ts'
import { api, type Services } from './services.ts'
import { scratchHandlers } from './scratch.ts'
import { settingsHandlers } from './settings.ts'
import { sourceHandlers } from './source.ts'
import { statisticsHandlers } from './statistics.ts'
import { verifyHandlers } from './verify.ts'
import { workspaceHandlers } from './workspace.ts'

/** The whole contract over the services; a missing handler does not compile. */
export function buildRouter(services: Services): EngineRouter {
  return api.router({
    app: appHandlers(services),
    source: sourceHandlers(),
    workspace: workspaceHandlers(services),
    live: liveHandlers(services),
    demo: demoHandlers(services),
    query: queryHandlers(services),
    catalog: catalogHandlers(services),
    scratch: scratchHandlers(services),
    statistics: statisticsHandlers(services),
    chart: chartHandlers(services),
    compare: compareHandlers(services),
    export: exportHandlers(services),
    verify: verifyHandlers(services),
    settings: settingsHandlers(services),
    history: historyHandlers(services),
    savedQueries: savedQueriesHandlers(services),
  })
}

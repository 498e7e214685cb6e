import { faultOf } from '../contract/errors.ts'
import type { SourceAddress } from '../contract/source.ts'
import type { Workspace } from '../contract/workspace.ts'
import { CompareService } from './compare/compareService.ts'
import type { Host } from './ports.ts'
import { CatalogService } from './query/catalogService.ts'
import { QueryService } from './query/queryService.ts'
import { RelationService } from './query/relationService.ts'
import { TablePages } from './query/tablePages.ts'
import { VerifyService } from './reconcile/verifyService.ts'
import { ScratchFile } from './scratch/scratchFile.ts'
import { ScratchService } from './scratch/scratchService.ts'
import type { ReplicaSession } from './session.ts'
import type { HistoryStore } from './settings/historyStore.ts'

/** The open workspace: its session and the services that stand on it. */
export interface OpenWorkspace {
  workspace: Workspace
  session: ReplicaSession
  queries: QueryService
  catalog: CatalogService
  tablePages: TablePages
  relations: RelationService
  scratch: ScratchService
  compare: CompareService
  verify: VerifyService
}

export interface OpenServicesOptions {
  host: Host
  workspace: Workspace
  session: ReplicaSession
  address: SourceAddress
  history: HistoryStore
  onNotice(text: string): void
}

/** Builds what stands on an open session. A scratch file that cannot be opened is told, and keeps nobody out. */
export async function openServices(options: OpenServicesOptions): Promise<OpenWorkspace> {
  const { host, workspace, session, address, history, onNotice } = options
  const connectReplica = () => session.connectReplica()
  const scratchFile = new ScratchFile({ replicaPath: workspace.filePath, connectReplica })
  const scratch = new ScratchService({
    file: scratchFile,
    connectReplica,
    temporaryFolder: host.paths.temporaryFolder,
  })
  await scratchFile.open().catch((error: unknown) => onNotice(faultOf(error).message))
  const queries = new QueryService({
    host,
    connectReplica,
    ensureScratch: () => scratchFile.ensure(),
    sourceAddress: () => address,
    isBehind: () => session.isBehind,
    onEnded: (entry) => {
      history.add(entry).catch((error: unknown) => {
        host.logger.warn('a run could not be kept in the history', { error: String(error) })
      })
    },
  })
  const compare = new CompareService({
    host,
    connectReplica,
    sourceAddress: () => address,
    waitForLsn: (lsn, options) => session.waitForLsn(lsn, options),
    visibleLsn: () => session.visibleLsn,
  })
  const catalog = new CatalogService({
    connectReplica,
    sourceAddress: () => address,
    followed: () => new Set(session.live().tables.map(({ schema, name }) => `${schema}.${name}`)),
  })
  const relations = new RelationService({ connectReplica, queries })
  const tablePages = new TablePages({ connectReplica, sourceAddress: () => address })
  const verify = new VerifyService({ host, session })
  return { workspace, session, queries, catalog, tablePages, relations, scratch, compare, verify }
}

/** Closes the services, and then the session. */
export async function closeServices(open: OpenWorkspace): Promise<void> {
  // Connections of theirs would keep the file open.
  await open.relations.close()
  await Promise.all([open.queries.close(), open.compare.close(), open.verify.close()])
  await open.scratch.close()
  await open.session.close()
}

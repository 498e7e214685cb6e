import { useCallback, useEffect, useMemo, useState } from 'react'
import { Workflow } from 'lucide-react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { followCatalogs, useCatalogs } from '../../app/catalogs.ts'
import { useCommands } from '../../app/commands.ts'
import { useLive, type LiveState } from '../../app/live.ts'
import { goTo } from '../../app/places.ts'
import { useOpenedTable } from '../../app/tablePages.ts'
import { useWorkspaces } from '../../app/workspaces.ts'
import { Button } from '../../components/Button.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { Skeleton } from '../../components/Skeleton.tsx'
import split from '../../components/Split.module.css'
import { schemaCommands } from './commands.ts'
import { pictureGraph, proposedTables } from './picture/pictureGraph.ts'
import { SchemaPicture } from './picture/SchemaPicture.tsx'
import { forgetSchema, readForeignKeys, readPage, useSchema } from './store.ts'
import { TableList } from './TableList.tsx'
import { knownTables } from './tables.ts'
import type { KnownTable } from './tables.ts'
import { TablePageView } from './TablePageView.tsx'

function OpenedPage() {
  const table = useOpenedTable((state) => state.table)
  const page = useSchema((state) => state.page)
  const fault = useSchema((state) => state.pageFault)
  const followed = ({ snapshot }: LiveState) => snapshot?.tables.find(({ schema, name }) => schema === table?.schema && name === table.name)
  // What a copy has made of the columns is recorded when it has caught up.
  const isReady = useLive((live) => followed(live)?.state === 'ready')
  const masks = useLive((live) => followed(live)?.maskedColumns)
  useEffect(() => {
    if (table) void readPage(table)
  }, [table, isReady, masks])
  if (fault) return <div style={{ padding: 16 }}><ErrorNote fault={fault} /></div>
  if (!page) return <Skeleton label="The table is being looked up" rows={10} />
  return <TablePageView key={`${page.schema}.${page.name}`} page={page} />
}

function Picture({ tables, chosen }: { tables: readonly KnownTable[]; chosen: ReadonlySet<string> }) {
  const keys = useSchema((state) => state.foreignKeys)
  const fault = useSchema((state) => state.foreignKeysFault)
  const [showsAll, setShowsAll] = useState(false)
  const graph = useMemo(
    () => (keys && tables.length > 0 ? pictureGraph(tables, keys, chosen, showsAll) : null),
    [tables, keys, chosen, showsAll],
  )
  return <SchemaPicture graph={graph} fault={fault} showsAll={showsAll} onShowsAll={setShowsAll} />
}

/** Tables left; right their picture, or the page of one. */
export function SchemaView() {
  const workspace = useWorkspaces((state) => state.current)
  const replica = useCatalogs((state) => state.replica)
  const source = useCatalogs((state) => state.source)
  const live = useLive(({ snapshot }) => snapshot?.tables)
  const opened = useOpenedTable((state) => state.table)
  const commands = useMemo(() => schemaCommands(), [])
  useCommands(commands)
  useEffect(() => followCatalogs(), [])

  const workspaceId = workspace?.id
  useEffect(() => () => forgetSchema(), [workspaceId])

  const tables = useMemo(() => knownTables(replica.tables, source.tables), [replica.tables, source.tables])
  const counts = useMemo(() => new Map(live?.map((table) => [`${table.schema}.${table.name}`, table.rows])), [live])

  const keys = useSchema((state) => state.foreignKeys)
  const ownChoice = useSchema((state) => state.chosen)
  // The source's catalog is read anew with its tables; so are its keys.
  useEffect(() => {
    if (workspaceId && source.state === 'read') void readForeignKeys()
  }, [workspaceId, source.tables, source.state])
  const chosen = useMemo(() => ownChoice ?? proposedTables(tables, keys ?? []), [ownChoice, tables, keys])
  const changePicture = useCallback(
    (changed: readonly string[], isIn: boolean) => {
      const next = new Set(chosen)
      for (const key of changed) {
        if (isIn) next.add(key)
        else next.delete(key)
      }
      useSchema.setState({ chosen: next })
    },
    [chosen],
  )

  if (workspace === null) {
    return (
      <EmptyState
        icon={Workflow}
        title="No schema yet"
        text="Here you see the tables of a source, how they refer to each other, and everything about each. Open a source first, or the demo."
        action={<Button variant="primary" onClick={() => goTo('connect')}>Connect a source</Button>}
      />
    )
  }
  return (
    <Group orientation="horizontal">
      <Panel id="tables" defaultSize={260} minSize={160} maxSize="50%" groupResizeBehavior="preserve-pixel-size">
        <TableList tables={tables} counts={counts} picture={opened ? null : { tables: chosen, change: changePicture }} />
      </Panel>
      <Separator className={split.vertical} aria-label="Width of the tables" />
      <Panel id="page" minSize={320}>
        {opened ? <OpenedPage /> : <Picture tables={tables} chosen={chosen} />}
      </Panel>
    </Group>
  )
}

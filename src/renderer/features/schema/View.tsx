import { useEffect, useMemo } from 'react'
import { Table2, Workflow } from 'lucide-react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { followCatalogs, useCatalogs } from '../../app/catalogs.ts'
import { useCommands } from '../../app/commands.ts'
import { useLive } from '../../app/live.ts'
import { goTo } from '../../app/places.ts'
import { useOpenedTable } from '../../app/tablePages.ts'
import { useWorkspaces } from '../../app/workspaces.ts'
import { Button } from '../../components/Button.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { Skeleton } from '../../components/Skeleton.tsx'
import split from '../../components/Split.module.css'
import { schemaCommands } from './commands.ts'
import { forgetSchema, readPage, useSchema } from './store.ts'
import { TableList } from './TableList.tsx'
import { knownTables } from './tables.ts'
import { TablePageView } from './TablePageView.tsx'

function OpenedPage() {
  const table = useOpenedTable((state) => state.table)
  const page = useSchema((state) => state.page)
  const fault = useSchema((state) => state.pageFault)
  useEffect(() => {
    if (table) void readPage(table)
  }, [table])
  if (fault) return <div style={{ padding: 16 }}><ErrorNote fault={fault} /></div>
  if (!page) return <Skeleton label="The table is being looked up" rows={10} />
  return <TablePageView key={`${page.schema}.${page.name}`} page={page} />
}

/** Tables left; right the page of one. */
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
        <TableList tables={tables} counts={counts} picture={null} />
      </Panel>
      <Separator className={split.vertical} aria-label="Width of the tables" />
      <Panel id="page" minSize={320}>
        {opened ? <OpenedPage /> : <EmptyState icon={Table2} title="Choose a table" text="Its page tells columns, statistics, sizes, keys and indexes." />}
      </Panel>
    </Group>
  )
}

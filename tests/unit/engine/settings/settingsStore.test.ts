import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { preferencesSchema } from '../../../../src/main/contract/settings.ts'
import type { Workspace } from '../../../../src/main/contract/workspace.ts'
import type { Host } from '../../../../src/main/engine/ports.ts'
import { SettingsStore } from '../../../../src/main/engine/settings/settingsStore.ts'
import { testHost } from '../../../support/host.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const workspace = (id: string, lastOpenedAt: string | null): Workspace => ({
  id,
  name: `shop ${id}`,
  filePath: `/data/${id}.duckdb`,
  source: { host: 'db', port: 5432, database: 'shop', user: 'reader', sslmode: 'prefer' },
  isDemo: false,
  isProduction: true,
  lastOpenedAt,
})

const ordinary = preferencesSchema.parse({})

describe('the settings store', () => {
  let host: Host
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeEach(async () => {
    folder = await temporaryFolder()
    host = testHost(folder.path)
  })
  afterEach(() => folder.remove())

  it('answers with defaults before anything was written, and writes nothing by reading', async () => {
    const store = new SettingsStore(host)
    expect(await store.readPreferences()).toEqual(ordinary)
    expect(await store.readTabs('a')).toEqual({ tabs: [], activeTabId: null })
    expect(await store.listWorkspaces()).toEqual([])
    expect(await readdir(host.paths.dataFolder)).toEqual([])
  })

  it('keeps what was written for the next start', async () => {
    const before = new SettingsStore(host)
    const tabs = {
      tabs: [{ id: '1', title: 'One', sql: 'select 1;\n-- é', engine: 'replica' as const }],
      activeTabId: '1',
    }
    await before.writePreferences({ ...ordinary, theme: 'dark', keys: { 'explore.run': ['F9'] } })
    await before.writeTabs('a', tabs)
    await before.writeWorkspace(workspace('a', null))
    const after = new SettingsStore(host)
    expect(await after.readPreferences()).toEqual({ ...ordinary, theme: 'dark', keys: { 'explore.run': ['F9'] } })
    expect(await after.readTabs('a')).toEqual(tabs)
    expect(await after.readTabs('b')).toEqual({ tabs: [], activeTabId: null })
    expect(await after.readWorkspace('a')).toEqual(workspace('a', null))
  })

  it('lists the workspace that was opened last first', async () => {
    const store = new SettingsStore(host)
    await store.writeWorkspace(workspace('old', '2026-01-01T00:00:00Z'))
    await store.writeWorkspace(workspace('never', null))
    await store.writeWorkspace(workspace('new', '2026-02-01T00:00:00Z'))
    expect((await store.listWorkspaces()).map(({ id }) => id)).toEqual(['new', 'old', 'never'])
  })

  it('loses none of many writes at once, and leaves no half-written file', async () => {
    const store = new SettingsStore(host)
    await Promise.all(Array.from({ length: 30 }, (_, index) => store.writeWorkspace(workspace(`w${index}`, null))))
    expect(await new SettingsStore(host).listWorkspaces()).toHaveLength(30)
    expect(await readdir(host.paths.dataFolder)).toEqual(['workspaces.json'])
  })

  it('sets an unreadable file aside with its content, and tells of it', async () => {
    const path = `${host.paths.dataFolder}/workspaces.json`
    for (const text of ['{"workspaces": [', '{"workspaces": [{"id": 7}]}']) {
      await writeFile(path, text)
      const told: string[] = []
      const store = new SettingsStore(host, (_what, keptAs) => told.push(keptAs))
      expect(await store.listWorkspaces()).toEqual([])
      await store.writeWorkspace(workspace('a', null))
      expect(told).toHaveLength(1)
      expect(await readFile(told[0]!, 'utf8')).toBe(text)
    }
  })

  it('keeps passwords in the secret store and in no file, readable by the user alone', async () => {
    const store = new SettingsStore(host)
    await store.writeWorkspace(workspace('a', null))
    await store.writePassword('a', 'hunter2')
    expect(await store.readPassword('a')).toBe('hunter2')
    const path = `${host.paths.dataFolder}/workspaces.json`
    expect(await readFile(path, 'utf8')).not.toContain('hunter2')
    expect((await stat(path)).mode & 0o077).toBe(0)
    await store.removeWorkspace('a')
    expect(await store.readPassword('a')).toBeNull()
    await expect(store.readWorkspace('a')).rejects.toMatchObject({ code: 'WORKSPACE_UNKNOWN' })
  })

  it('files the tabs of any workspace id inside its own folder', async () => {
    const store = new SettingsStore(host)
    await store.writeTabs('../../escape', { tabs: [], activeTabId: 'x' })
    expect(await readdir(host.paths.dataFolder)).toEqual(['tabs'])
    expect(await new SettingsStore(host).readTabs('../../escape')).toEqual({ tabs: [], activeTabId: 'x' })
  })

  it('keeps layouts by workspace, forgets one that is taken back, and the oldest beyond a thousand', async () => {
    const layout = (widthPixels: number) => ({ columns: [{ at: 0, widthPixels, isHidden: false, isPinned: true, format: 'own' as const }] })
    const store = new SettingsStore(host)
    await store.writeLayout('a', 'first', layout(10))
    await store.writeLayout('a', 'second', layout(20))
    await store.writeLayout('b', 'first', layout(30))
    await store.writeLayout('a', 'second', null)
    const after = new SettingsStore(host)
    expect(await after.readLayouts('a')).toEqual({ first: layout(10) })
    expect(await after.readLayouts('b')).toEqual({ first: layout(30) })
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`known ${at}`, layout(at + 1)]))
    await writeFile(join(host.paths.dataFolder, 'layouts', 'b.json'), JSON.stringify(many))
    const full = new SettingsStore(host)
    await full.writeLayout('b', 'one more', layout(1))
    const kept = Object.keys(await full.readLayouts('b'))
    expect(kept).toHaveLength(1_000)
    expect(kept.at(-1)).toBe('one more')
    expect(kept).not.toContain('known 0')
  })
})

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SavedQueries } from '../../src/main/contract/savedQueries.ts'
import { SavedQueriesFolder } from '../../src/main/engine/settings/savedQueries.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

describe('the folder of saved queries', () => {
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let saved: SavedQueriesFolder
  let chosen: string | null
  let stop: AbortController

  beforeEach(async () => {
    home = await temporaryFolder()
    chosen = null
    stop = new AbortController()
    saved = new SavedQueriesFolder({
      defaultFolder: home.join('queries'),
      chosenFolder: async () => chosen,
      chooseFolder: async (folder) => void (chosen = folder),
    })
  })
  afterEach(async () => {
    stop.abort()
    await home.remove()
  })

  const query = (path: string, sql: string, version: string | null = null) => ({
    path, sql, version, title: 'A title', description: '', parameters: {}, chart: null,
  })

  it('holds files that any tool can read, and tells what they say', async () => {
    const written = await saved.write(query('finance/revenue.sql', 'SELECT 1'))
    expect(await readFile(home.join('queries/finance/revenue.sql'), 'utf8')).toBe('-- ---\n-- title: A title\n-- ---\nSELECT 1\n')
    expect((await saved.read()).queries).toEqual([written])
  })

  it('never overwrites what somebody else changed, made or removed', async () => {
    const first = await saved.write(query('a.sql', 'SELECT 1'))
    await writeFile(home.join('queries/a.sql'), 'SELECT 2\n')
    await expect(saved.write(query('a.sql', 'SELECT 3', first.version))).rejects.toMatchObject({ code: 'SAVED_QUERY_CHANGED' })
    await expect(saved.write(query('a.sql', 'SELECT 3'))).rejects.toMatchObject({ code: 'SAVED_QUERY_CHANGED' })
    await expect(saved.remove({ path: 'a.sql', version: first.version })).rejects.toMatchObject({ code: 'SAVED_QUERY_CHANGED' })
    expect(await readFile(home.join('queries/a.sql'), 'utf8')).toBe('SELECT 2\n')
    const [now] = (await saved.read()).queries
    await saved.write(query('a.sql', 'SELECT 3', now!.version))
    await rm(home.join('queries/a.sql'))
    await expect(saved.write(query('a.sql', 'SELECT 4', now!.version))).rejects.toMatchObject({ code: 'SAVED_QUERY_CHANGED' })
  })

  it('gives a file another name, and never the name of another file', async () => {
    const first = await saved.write(query('a.sql', 'SELECT 1'))
    await saved.write(query('b.sql', 'SELECT 2'))
    const rename = (to: string, version = first.version) => saved.rename({ path: 'a.sql', version, to })
    await expect(rename('b.sql')).rejects.toMatchObject({ code: 'FILE_EXISTS' })
    await expect(rename('../out.sql')).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await expect(rename('c.sql', 'another')).rejects.toMatchObject({ code: 'SAVED_QUERY_CHANGED' })
    expect(await rename('team/c.sql')).toEqual({ ...first, path: 'team/c.sql' })
    expect((await saved.read()).queries.map(({ path, sql }) => [path, sql.trim()])).toEqual([['b.sql', 'SELECT 2'], ['team/c.sql', 'SELECT 1']])
    await expect(rename('d.sql')).rejects.toMatchObject({ code: 'SAVED_QUERY_CHANGED' })
  })

  it('takes no name that leads out of the folder or hides in it', async () => {
    for (const path of ['../out.sql', '/etc/x.sql', 'a/../../x.sql', '.hidden.sql', 'a//b.sql', 'plain.txt', '.git/x.sql']) {
      await expect(saved.write(query(path, 'SELECT 1')), path).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    }
  })

  it('what changes on disk is told, from wherever it comes, and stops when nobody looks', async () => {
    const told: SavedQueries[] = []
    const looking = (async () => {
      for await (const now of saved.watch(stop.signal)) told.push(now)
    })()
    await until('the empty folder is told', () => told.length === 1)
    await mkdir(home.join('queries/team'), { recursive: true })
    await writeFile(home.join('queries/team/by-git.sql'), 'SELECT 42\n')
    await until('the new file is told', () => told.at(-1)!.queries.some(({ path }) => path === 'team/by-git.sql'))
    await writeFile(home.join('queries/team/by-git.sql'), 'SELECT 43\n')
    await until('its change is told', () => told.at(-1)!.queries[0]?.sql === 'SELECT 43\n')
    await rm(home.join('queries/team/by-git.sql'))
    await until('its end is told', () => told.at(-1)!.queries.length === 0)
    await mkdir(home.join('other'))
    await writeFile(home.join('other/x.sql'), 'SELECT 1')
    await saved.useFolder(home.join('other'))
    await until('the other folder is told', () => told.at(-1)!.queries.some(({ path }) => path === 'x.sql'))
    stop.abort()
    await looking
  })

  it('a folder that is not there is told, and nothing is made in its place', async () => {
    await expect(saved.useFolder(home.join('nowhere'))).rejects.toMatchObject({ code: 'SAVED_QUERIES_FOLDER' })
    await expect(saved.useFolder('relative')).rejects.toMatchObject({ code: 'SAVED_QUERIES_FOLDER' })
    chosen = home.join('gone')
    expect(await saved.read()).toMatchObject({ queries: [], fault: { code: 'SAVED_QUERIES_FOLDER' } })
  })
})

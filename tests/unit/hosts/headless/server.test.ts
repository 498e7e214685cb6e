import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Download } from '../../../../src/main/engine/export/downloads.ts'
import type { Logger } from '../../../../src/main/engine/ports.ts'
import { startServer } from '../../../../src/main/hosts/headless/server.ts'
import type { BrowserServer } from '../../../../src/main/hosts/headless/server.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

let folder: string
let server: BrowserServer
let cookie: string
let links = 0

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

// node:http sends the path as it is given; fetch would tidy dot segments away.
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

function open(headers: Record<string, string>, path = '/rpc'): Promise<'open' | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers })
    socket.on('open', () => {
      socket.close()
      resolve('open')
    })
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => {})
  })
}

const removed = vi.fn(() => Promise.resolve())
function takeDownload(id: string): Download | null {
  if (id !== 'once' || removed.mock.calls.length > 0) return null
  return { path: join(folder, 'secret.txt'), fileName: 'Umsatz “März” 3€.csv', bytes: 9, remove: removed }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-server-'))
  await mkdir(join(folder, 'renderer/assets'), { recursive: true })
  await writeFile(join(folder, 'secret.txt'), 'not yours')
  await writeFile(join(folder, 'renderer/index.html'), '<!doctype html><title>Millrace</title>')
  await writeFile(join(folder, 'renderer/assets/main-1a2b.js'), 'export {}')
  await writeFile(join(folder, 'renderer/.hidden.txt'), 'not yours')
  await symlink(join(folder, 'secret.txt'), join(folder, 'renderer/link.txt'))
  server = await startServer({
    port: 0,
    rendererFolder: join(folder, 'renderer'),
    logger: silent,
    takeDownload,
    onSocket: () => (links += 1),
  })
  const entered = await ask(new URL(server.url).pathname + new URL(server.url).search)
  cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
})

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const own = (): Record<string, string> => ({ cookie, origin: `http://127.0.0.1:${server.port}` })

describe('the browser host: who may come in', () => {
  it('gives a strict, script-proof cookie for the token and takes the token out of the address bar', async () => {
    const answer = await ask(`/?token=${new URL(server.url).searchParams.get('token')}`)
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe('/')
    expect(answer.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Strict$/)
  })

  it('does not put the token itself into the cookie', () => {
    expect(cookie).not.toContain(new URL(server.url).searchParams.get('token'))
  })

  it('goes on by itself where another site set off the visit, because a strict cookie waits for our own step', async () => {
    const token = new URL(server.url).searchParams.get('token')
    const answer = await ask(`/?token=${token}`, { 'sec-fetch-site': 'cross-site' })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('http-equiv="refresh"')
  })

  it('lets a ticket for the browser in once', async () => {
    const ticket = new URL(server.issueUrl())
    expect((await ask(ticket.pathname + ticket.search)).status).toBe(303)
    expect((await ask(ticket.pathname + ticket.search)).status).toBe(401)
  })

  it.each(['/', '/?token=', '/?token=wrong', '/assets/main-1a2b.js'])('refuses %s without the cookie', async (path) => {
    expect((await ask(path)).status).toBe(401)
  })

  it('refuses a name that was rebound to this machine', async () => {
    expect((await ask('/', { ...own(), host: `evil.example:${server.port}` })).status).toBe(421)
    expect((await ask('/', { ...own(), host: '127.0.0.1' })).status).toBe(421)
  })

  it('refuses another origin, cookie or not', async () => {
    expect((await ask('/', { ...own(), origin: 'http://evil.example' })).status).toBe(403)
    expect((await ask('/', { ...own(), origin: 'null' })).status).toBe(403)
    expect((await ask('/', { ...own(), origin: 'http://127.0.0.1:1' })).status).toBe(403)
  })

  it('refuses every method but GET and HEAD', async () => {
    expect((await ask('/', own(), 'POST')).status).toBe(405)
  })

  it('listens on 127.0.0.1 alone', async () => {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.2', port: server.port })
      socket.on('connect', () => resolve(true))
      socket.on('error', () => resolve(false))
    })
    expect(reached).toBe(false)
  })
})

describe('the browser host: the link', () => {
  it('opens for our own page', async () => {
    const before = links
    expect(await open(own())).toBe('open')
    expect(links).toBe(before + 1)
  })

  it.each<[promise: string, headers: () => Record<string, string>, status: number]>([
    ['another origin', () => ({ ...own(), origin: 'http://evil.example' }), 403],
    ['no origin', () => ({ cookie }), 403],
    ['no cookie', () => ({ origin: own().origin ?? '' }), 401],
    ['a wrong cookie', () => ({ ...own(), cookie: `${cookie}x` }), 401],
    ['a rebound name', () => ({ ...own(), host: 'evil.example' }), 421],
  ])('stays shut for %s', async (_promise, headers, status) => {
    const before = links
    expect(await open(headers())).toBe(status)
    expect(links).toBe(before)
  })

  it('is found at its own path only', async () => {
    expect(await open(own(), '/else')).toBe(404)
  })
})

describe('the browser host: downloads', () => {
  it('hands a file over once, under its own name, to our own page alone, and deletes it', async () => {
    expect((await ask('/downloads/once')).status).toBe(401)
    expect((await ask('/downloads/other', own())).status).toBe(404)
    expect((await ask('/downloads/once', own(), 'HEAD')).status).toBe(404)
    expect(removed).not.toHaveBeenCalled()
    const answer = await ask('/downloads/once', own())
    expect(answer).toMatchObject({ status: 200, body: 'not yours' })
    expect(answer.headers).toMatchObject({
      'content-length': '9',
      'content-disposition':
        `attachment; filename="Umsatz _M_rz_ 3_.csv"; filename*=UTF-8''Umsatz%20%E2%80%9CM%C3%A4rz%E2%80%9D%203%E2%82%AC.csv`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    await vi.waitFor(() => expect(removed).toHaveBeenCalledOnce())
    expect((await ask('/downloads/once', own())).status).toBe(404)
  })
})

describe('the browser host: files', () => {
  it('serves the page with its policy, never cached', async () => {
    const answer = await ask('/', own())
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';")
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['referrer-policy']).toBe('no-referrer')
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('lets hashed assets be cached', async () => {
    const answer = await ask('/assets/main-1a2b.js', own())
    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(answer.headers['cache-control']).toContain('immutable')
  })

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/..\\..\\secret.txt',
    '/%5c..%5csecret.txt',
    '//secret.txt',
    '/link.txt',
    '/.hidden.txt',
    '/assets',
    '/assets/',
    '/%00.txt',
    '/%zz.txt',
  ])('does not serve %s', async (path) => {
    const answer = await ask(path, own())
    expect(answer.status).toBe(404)
    expect(answer.body).not.toContain('not yours')
  })
})

it('names a taken port in one sentence', async () => {
  const second = startServer({ port: server.port, rendererFolder: folder, logger: silent, takeDownload: () => null, onSocket: () => {} })
  await expect(second).rejects.toMatchObject({ code: 'PORT_TAKEN', message: `Port ${server.port} is taken by another program.` })
})

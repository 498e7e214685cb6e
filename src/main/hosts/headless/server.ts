import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { MillraceError } from '../../contract/errors.ts'
import { DOWNLOADS_PATH } from '../../contract/export.ts'
import type { Download } from '../../engine/export/downloads.ts'
import type { Logger } from '../../engine/ports.ts'
import { findStaticFile, securityHeaders } from '../staticFiles.ts'
import { createGate } from './gate.ts'
import type { Gate, GateRequest } from './gate.ts'

/** The path that the window opens its link at. */
export const LINK_PATH = '/rpc'

export interface ServerOptions {
  /** 0 takes any free port. */
  port: number
  /** The built window. */
  rendererFolder: string
  logger: Logger
  /** An export that waits to be fetched; null for what is not there. */
  takeDownload(id: string): Download | null
  /** A window that has passed the gate. */
  onSocket(socket: WebSocket): void
}

export interface BrowserServer {
  readonly port: number
  /** With the token of this launch. */
  readonly url: string
  /** A URL that works once, for a browser's command line. */
  issueUrl(): string
  close(): Promise<void>
}

function sendText(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response
    .writeHead(status, { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers })
    .end(`${text}\n`)
}

/**
 * Gives the cookie for the token and takes the token out of the address bar. A strict cookie is not sent
 * on a redirect that another site set off, so a click in, say, a terminal in a browser gets a page that goes on by itself.
 */
function exchangeToken(request: IncomingMessage, response: ServerResponse, cookie: string): void {
  const headers = { ...securityHeaders, 'cache-control': 'no-store', 'set-cookie': cookie }
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    response
      .writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' })
      .end('<!doctype html><title>Millrace</title><meta http-equiv="refresh" content="0; url=/">')
    return
  }
  response.writeHead(303, { ...headers, location: '/' }).end()
}

/** The name as every browser reads it: https://www.rfc-editor.org/rfc/rfc6266#section-4.3 */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\w. -]/g, '_')
  const whole = encodeURIComponent(fileName).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`
}

async function serveDownload(options: ServerOptions, id: string, response: ServerResponse): Promise<void> {
  const download = options.takeDownload(id)
  if (!download) return sendText(response, 404, 'This download is over. Export again.')
  try {
    response.writeHead(200, {
      ...securityHeaders,
      'content-type': 'application/octet-stream',
      'content-disposition': attachment(download.fileName),
      'content-length': download.bytes,
      'cache-control': 'no-store',
    })
    await pipeline(createReadStream(download.path), response).catch(() => response.destroy())
  } finally {
    await download.remove()
  }
}

async function serveFile(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  if (path.startsWith(DOWNLOADS_PATH) && request.method === 'GET') {
    return serveDownload(options, path.slice(DOWNLOADS_PATH.length), response)
  }
  const file = await findStaticFile(options.rendererFolder, path)
  if (!file) return sendText(response, 404, 'There is nothing here.')
  response.writeHead(200, { ...file.headers, 'content-length': file.bytes })
  if (request.method === 'HEAD') return void response.end()
  // A browser that goes away in the middle of a file is no news.
  await pipeline(createReadStream(file.filePath), response).catch(() => response.destroy())
}

async function answer(options: ServerOptions, gate: Gate, request: IncomingMessage, response: ServerResponse) {
  const admitted = gate.admit(gateRequest(request))
  switch (admitted.verdict) {
    case 'refuse':
      return sendText(response, admitted.status, admitted.reason, admitted.status === 405 ? { allow: 'GET, HEAD' } : {})
    case 'exchange':
      return exchangeToken(request, response, admitted.cookie)
    case 'enter':
      return await serveFile(options, request, response)
  }
}

function gateRequest(request: IncomingMessage): GateRequest {
  return { method: request.method ?? '', url: request.url ?? '', headers: request.headers }
}

function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n${reason}\n`)
}

/** Ends sockets whose other side no longer answers a ping; a browser answers by itself. */
function watchSockets(sockets: ReadonlySet<WebSocket>, periodMs: number): NodeJS.Timeout {
  const silent = new WeakSet<WebSocket>()
  return setInterval(() => {
    for (const socket of sockets) {
      if (silent.has(socket)) {
        socket.terminate()
        continue
      }
      silent.add(socket)
      socket.once('pong', () => silent.delete(socket))
      socket.ping()
    }
  }, periodMs).unref()
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE'
      reject(
        new MillraceError(
          {
            code: 'PORT_TAKEN',
            message: taken ? `Port ${port} is taken by another program.` : `Port ${port} cannot be listened on.`,
            advice: 'Name another with --port, or leave it out for a free one.',
          },
          { cause },
        ),
      )
    })
    server.listen(port, '127.0.0.1', () => resolve())
  })
}

/** Serves the built window and its link on 127.0.0.1, to those whom the gate lets in. Throws PORT_TAKEN where the port is taken. */
export async function startServer(options: ServerOptions): Promise<BrowserServer> {
  const server = createServer({ requestTimeout: 30_000 })
  await listen(server, options.port)
  const { port } = server.address() as AddressInfo
  const gate = createGate(port)

  // A single message is one page of a result at most.
  const upgrades = new WebSocketServer({ noServer: true, maxPayload: 16 * 1024 * 1024, perMessageDeflate: false })
  const watch = watchSockets(upgrades.clients, 30_000)

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(options, gate, request, response).catch((error: unknown) => {
      options.logger.error('a request failed', { error })
      response.destroy()
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const admitted = gate.admitUpgrade(gateRequest(request))
    if (admitted.verdict === 'refuse') return refuseUpgrade(socket, admitted.status, admitted.reason)
    if (request.url !== LINK_PATH) return refuseUpgrade(socket, 404, 'There is nothing here.')
    upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', (error) => options.logger.warn('a window left', { error: error.message }))
      options.onSocket(webSocket)
    })
  })
  server.on('clientError', (_error, socket) => socket.destroy())

  return {
    port,
    url: `http://127.0.0.1:${port}/?token=${gate.token}`,
    issueUrl: () => `http://127.0.0.1:${port}/?token=${gate.issueTicket()}`,
    close: async () => {
      clearInterval(watch)
      for (const socket of upgrades.clients) socket.close(1001)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const hurry = setTimeout(() => {
        for (const socket of upgrades.clients) socket.terminate()
        server.closeAllConnections()
      }, 300)
      await closed
      clearTimeout(hurry)
    },
  }
}

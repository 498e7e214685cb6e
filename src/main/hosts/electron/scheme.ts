import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'
import type { Protocol } from 'electron'
import { findStaticFile, securityHeaders } from '../staticFiles.ts'

/** The window's own scheme, instead of file://, which may read every file of the user. */
export const SCHEME = 'millrace'
export const WINDOW_ORIGIN = `${SCHEME}://app`
export const WINDOW_URL = `${WINDOW_ORIGIN}/index.html`

/** Must be called before the app is ready: https://www.electronjs.org/docs/latest/api/protocol#protocolregisterschemesasprivilegedcustomschemes */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Answers for the built window's files and for nothing else. */
export async function answerFromFolder(rendererFolder: string, request: Request): Promise<Response> {
  const refused = (status: number): Response => new Response(null, { status, headers: securityHeaders })
  if (request.method !== 'GET') return refused(405)
  const url = new URL(request.url)
  if (url.origin !== WINDOW_ORIGIN && `${url.protocol}//${url.host}` !== WINDOW_ORIGIN) return refused(403)
  const file = await findStaticFile(rendererFolder, url.pathname)
  if (!file) return refused(404)
  return new Response(new Uint8Array(await readFile(file.filePath)), { status: 200, headers: file.headers })
}

export function serveScheme(on: Pick<Protocol, 'handle'>, rendererFolder: string): void {
  on.handle(SCHEME, (request) => answerFromFolder(rendererFolder, request))
}

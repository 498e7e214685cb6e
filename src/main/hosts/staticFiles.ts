import { realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/**
 * The window's content policy, sent as a header by both hosts. Monaco and AG Grid write style elements;
 * Monaco's worker may be started from a blob: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()',
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

export interface StaticFile {
  filePath: string
  bytes: number
  headers: Record<string, string>
}

/**
 * The segments of a URL's path as it was sent, or null where it tries to leave the folder: dot
 * segments, backslashes, drive letters, NUL, or an escape that hides one of them.
 */
export function safeSegments(urlPath: string): string[] | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(urlPath)
  } catch {
    return null
  }
  if (!decoded.startsWith('/') || /[\\\0:]/.test(decoded)) return null
  const segments = decoded.slice(1).split('/')
  if (segments.length === 1 && segments[0] === '') return ['index.html']
  return segments.every((segment) => segment !== '' && !segment.startsWith('.')) ? segments : null
}

/** The file of `folder` that a URL's path names, or null. Links that lead out of the folder are refused. */
export async function findStaticFile(folder: string, urlPath: string): Promise<StaticFile | null> {
  const segments = safeSegments(urlPath)
  if (!segments) return null
  const contentType = contentTypes[extname(segments.at(-1) ?? '').toLowerCase()]
  if (!contentType) return null
  try {
    const root = await realpath(folder)
    const filePath = await realpath(join(root, ...segments))
    if (!filePath.startsWith(root + sep)) return null
    const facts = await stat(filePath)
    if (!facts.isFile()) return null
    // What lies under assets/ carries a hash of its content in its name.
    const cacheControl = segments[0] === 'assets' ? 'private, max-age=31536000, immutable' : 'no-store'
    return {
      filePath,
      bytes: facts.size,
      headers: { ...securityHeaders, 'content-type': contentType, 'cache-control': cacheControl },
    }
  } catch {
    return null
  }
}

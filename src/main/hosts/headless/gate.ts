import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** What the gate answers to a request: let it in, hand out the cookie, or refuse it with a status. */
export type Verdict =
  | { verdict: 'enter' }
  | { verdict: 'exchange'; cookie: string }
  | { verdict: 'refuse'; status: 400 | 401 | 403 | 405 | 421; reason: string }

export interface GateRequest {
  method: string
  /** As sent: path and query. */
  url: string
  headers: IncomingHttpHeaders
}

export interface Gate {
  /** For this launch; stands in the URL that is printed. */
  readonly token: string
  /**
   * A token that works once. It is for the browser's command line, which every user of this machine
   * can read with `ps`.
   */
  issueTicket(): string
  admit(request: GateRequest): Verdict
  /** The same for a WebSocket upgrade, which must also say that it comes from our own page. */
  admitUpgrade(request: GateRequest): Verdict
}

// Hashing first makes the lengths equal, and the comparison takes the same time for every wrong guess.
function sameSecret(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(wanted))
}

function cookieValue(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=')
    if (key === name) return value.join('=')
  }
  return null
}

/**
 * Who may talk to the browser host. It listens on 127.0.0.1, which every page in every browser on
 * this machine can reach, so it wants three things: the `Host` that it is bound to (a page that has
 * rebound its own name to 127.0.0.1 sends another), an `Origin` of its own where there is one, and
 * the cookie that was given for this launch's token. Cookies know no port, so ours has it in its name.
 */
export function createGate(port: number): Gate {
  const token = randomBytes(24).toString('base64url')
  const session = randomBytes(24).toString('base64url')
  const tickets = new Set<string>()
  const cookieName = `millrace-${port}`
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  const origins = new Set([...hosts].map((host) => `http://${host}`))

  function refusalOf(request: GateRequest): Verdict | null {
    if (!hosts.has(request.headers.host ?? '')) {
      return { verdict: 'refuse', status: 421, reason: 'This address does not serve that host.' }
    }
    const { origin } = request.headers
    if (origin !== undefined && !origins.has(origin)) {
      return { verdict: 'refuse', status: 403, reason: 'Another origin may not talk to Millrace.' }
    }
    return null
  }

  function hasSession(request: GateRequest): boolean {
    return sameSecret(cookieValue(request.headers.cookie, cookieName) ?? '', session)
  }

  function opens(given: string): boolean {
    for (const ticket of tickets) if (sameSecret(given, ticket)) return tickets.delete(ticket)
    return sameSecret(given, token)
  }

  const noSession: Verdict = {
    verdict: 'refuse',
    status: 401,
    reason: 'Open the address that Millrace printed when it started; it holds the token of this launch.',
  }

  return {
    token,
    issueTicket() {
      const ticket = randomBytes(24).toString('base64url')
      tickets.add(ticket)
      return ticket
    },
    admit(request) {
      const refusal = refusalOf(request)
      if (refusal) return refusal
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return { verdict: 'refuse', status: 405, reason: 'Only GET is served here.' }
      }
      if (!request.url.startsWith('/')) return { verdict: 'refuse', status: 400, reason: 'This is not a path.' }
      const [path, query] = request.url.split('?', 2)
      const given = path === '/' && query ? new URLSearchParams(query).get('token') : null
      if (given !== null && opens(given)) {
        return { verdict: 'exchange', cookie: `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict` }
      }
      return hasSession(request) ? { verdict: 'enter' } : noSession
    },
    admitUpgrade(request) {
      const refusal = refusalOf(request)
      if (refusal) return refusal
      if (request.headers.origin === undefined) {
        return { verdict: 'refuse', status: 403, reason: 'A link is opened by the page alone.' }
      }
      return hasSession(request) ? { verdict: 'enter' } : noSession
    },
  }
}

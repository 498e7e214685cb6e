import { shell } from 'electron'
import type { App, Session, WebContents, WebFrameMain } from 'electron'
import { WINDOW_ORIGIN } from './scheme.ts'

// The rules of https://www.electronjs.org/docs/latest/tutorial/security, in one place.

/** The only addresses that a click may open, in the user's own browser. */
const OUTSIDE_LINKS: readonly string[] = [
  'https://www.postgresql.org/docs/',
  'https://duckdb.org/docs/',
  'https://github.com/millrace/',
]

/** True for an https address below one of our own links; no other scheme, no name or password in it. */
export function mayOpenOutside(address: string): boolean {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return false
  }
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.port !== '') return false
  return OUTSIDE_LINKS.some((link) => url.href.startsWith(link))
}

/** True for a frame that shows our own window: its top frame, on our scheme. */
export function isOurFrame(frame: Pick<WebFrameMain, 'url' | 'parent'> | null): boolean {
  if (!frame || frame.parent !== null) return false
  try {
    const url = new URL(frame.url)
    return `${url.protocol}//${url.host}` === WINDOW_ORIGIN
  } catch {
    return false
  }
}

/** Text that a person copies goes to the clipboard; nothing else that a page can ask a permission for is needed. */
const GRANTED_PERMISSION = 'clipboard-sanitized-write'

/** A chart or a diagram that our own page has drawn. The person says where it goes: Electron asks by the system's dialog. */
const isDrawnByUs = (address: string): boolean => address.startsWith(`blob:${WINDOW_ORIGIN}/`)

export function denyPermissions(session: Session): void {
  const isGranted = (permission: string, origin: string): boolean =>
    permission === GRANTED_PERMISSION && (origin === WINDOW_ORIGIN || origin.startsWith(`${WINDOW_ORIGIN}/`))
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(isGranted(permission, requestingUrl)),
  )
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => isGranted(permission, requestingOrigin))
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event, item) => {
    if (!isDrawnByUs(item.getURL())) return event.preventDefault()
    item.setSaveDialogOptions({ defaultPath: item.getFilename() })
  })
}

function confine(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
}

/** Holds for every page of the app, whoever made it: it stays where it is and opens nothing. */
export function confineEveryPage(app: App): void {
  app.on('web-contents-created', (_event, contents) => confine(contents))
}

import { spawn } from 'node:child_process'

export interface BrowserFacts {
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  isRoot: boolean
}

/**
 * The command that opens a URL, or null where no browser can be expected: a Linux without a display, a
 * continuous-integration run, or root, whose browsers refuse to start.
 */
export function browserCommand(url: string, { platform, env, isRoot }: BrowserFacts): [string, ...string[]] | null {
  if (env.CI) return null
  switch (platform) {
    case 'darwin':
      return ['open', url]
    case 'win32':
      // Not `start`: it is the shell's, and the shell would read the URL's ampersands.
      return ['rundll32', 'url.dll,FileProtocolHandler', url]
    default:
      return !isRoot && (env.DISPLAY || env.WAYLAND_DISPLAY) ? ['xdg-open', url] : null
  }
}

/** Opens the URL in the user's browser where there is one. The printed URL is what counts, so failure is silent. */
export function openBrowser(url: string): void {
  const isRoot = process.getuid?.() === 0
  const command = browserCommand(url, { platform: process.platform, env: process.env, isRoot })
  if (!command) return
  const [program, ...args] = command
  const child = spawn(program, args, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

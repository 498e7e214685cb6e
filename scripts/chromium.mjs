// Finds a Chromium that starts, or gets one: the one that is named, Playwright's own, the system's, then
// Playwright's download, then the system's package manager where it may.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root, run } from './launch.mjs'

const DOWNLOAD_AT_MOST_MS = 300_000
const START_AT_MOST_MS = 30_000

const SYSTEM_PATHS = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable', '/usr/bin/google-chrome'],
  darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
  win32: ['C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'],
}

function playwrightPath() {
  const { chromium } = createRequire(join(root, 'package.json'))('@playwright/test')
  return chromium.executablePath()
}

// A file that is there may still lack libraries: what counts is that it starts under Playwright.
const PROBE = `
import { chromium } from '@playwright/test'
const browser = await chromium.launch({ executablePath: process.env.PROBED, chromiumSandbox: false, timeout: ${START_AT_MOST_MS} })
await browser.newPage()
await browser.close()`

async function starts(executablePath) {
  if (!executablePath || !existsSync(executablePath)) return false
  return await new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', PROBE], {
      cwd: root,
      env: { ...process.env, PROBED: executablePath },
      stdio: 'ignore',
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), START_AT_MOST_MS + 5_000)
    child.on('error', () => resolve(false))
    child.on('exit', (code) => {
      clearTimeout(timer)
      resolve(code === 0)
    })
  })
}

async function firstThatStarts(paths) {
  for (const path of paths) if (await starts(path)) return path
  return null
}

async function fetchByPlaywright() {
  process.stderr.write("Fetching Chromium by Playwright…\n")
  const cli = createRequire(join(root, 'package.json')).resolve('@playwright/test/cli')
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0
  const args = [cli, 'install', ...(asRoot ? ['--with-deps'] : []), 'chromium']
  await run(process.execPath, args, { cwd: root, timeoutMs: DOWNLOAD_AT_MOST_MS })
}

async function fetchBySystem() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  process.stderr.write('Installing Chromium by apt-get…\n')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-q'], { env, timeoutMs: DOWNLOAD_AT_MOST_MS })
  const install = ['install', '-q', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']
  await run('apt-get', install, { env, timeoutMs: DOWNLOAD_AT_MOST_MS })
}

/** The path of a Chromium that starts, or null where none could be had. */
export async function findChromium() {
  const system = SYSTEM_PATHS[process.platform] ?? []
  const named = process.env.MILLRACE_CHROMIUM
  if (named) return await firstThatStarts([named])
  const found = await firstThatStarts([playwrightPath(), ...system])
  if (found) return found
  await fetchByPlaywright()
  if (await starts(playwrightPath())) return playwrightPath()
  await fetchBySystem()
  return await firstThatStarts(system)
}

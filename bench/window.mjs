// Measures the window as a person feels it, in Chromium on the demo, and prints a table; `--json` prints JSON.
// Every wait has a bound, and the whole ends after ten minutes at the latest.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, chmodSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from '@playwright/test'

const root = resolve(import.meta.dirname, '..')
const ENDS_AFTER_MS = 600_000
const WAITS_MS = 120_000
const SCRIPT_LINES = 5_000
const KEYSTROKES = 80
const FIRST_ROWS_RUNS = 9
const WHEEL_MS = 10_000
const JUMPS = 12

const home = mkdtempSync(join(tmpdir(), 'millrace-bench-window-'))
// The account under which the demo's Postgres runs has to get through.
chmodSync(home, 0o755)
let app = null
let browser = null

async function closeAll() {
  await Promise.race([browser?.close().catch(() => {}), pause(5_000)])
  if (app && app.exitCode === null) {
    const ended = new Promise((done) => app.once('exit', done))
    app.kill('SIGTERM')
    await Promise.race([ended, pause(15_000)])
    if (app.exitCode === null && app.signalCode === null) app.kill('SIGKILL')
  }
  rmSync(home, { recursive: true, force: true })
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms))
const say = (text) => process.stderr.write(`${text}\n`)

function startApp() {
  return new Promise((done, fail) => {
    app = spawn(process.execPath, [join(root, 'scripts/millrace.mjs'), 'serve', '--demo', '--no-open'], {
      env: { ...process.env, MILLRACE_HOME: home },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    const timer = setTimeout(() => fail(new Error('The app did not start in two minutes.')), WAITS_MS)
    app.on('exit', (code) => fail(new Error(`The app ended with ${code} before it was ready.`)))
    app.stdout.on('data', (chunk) => {
      output += chunk
      const url = /^ready (\S+)$/m.exec(output)?.[1]
      if (!url) return
      clearTimeout(timer)
      done(url)
    })
  })
}

/** Runs in the page before anything of it: notes when things are there to be seen. */
function watchPage() {
  const marks = (window.benchMarks = { arrivals: [], keys: [] })
  const afterPaint = (then) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => then(performance.now())
    port2.postMessage(null)
  })
  marks.afterPaint = afterPaint
  const Socket = window.WebSocket
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given)
      // The first listener: the frame is noted before the window reads it.
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string' && data.includes('bench-marker')) marks.arrivals.push({ atMs: performance.now(), data })
      })
    }
  }
  new MutationObserver(() => {
    if (marks.editorMs === undefined) {
      const explore = [...document.querySelectorAll('nav button')].find((button) => button.textContent?.includes('Explore'))
      if (explore && explore.getAttribute('aria-current') !== 'page') explore.click()
      if (document.querySelector('.monaco-editor .view-line')) {
        marks.editorMs = -1
        afterPaint((atMs) => (marks.editorMs = atMs))
      }
    }
  }).observe(document, { childList: true, subtree: true, attributes: true })
  window.addEventListener('keydown', (event) => {
    if (marks.takesKeys) afterPaint((atMs) => marks.keys.push(atMs - event.timeStamp))
  }, { capture: true })
}

const sorted = (values) => [...values].sort((a, b) => a - b)
const quantile = (values, q) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * q))]

async function runStatement(page, sql) {
  await page.keyboard.press('Alt+t')
  await page.locator('.monaco-editor').filter({ visible: true }).first().click()
  await page.keyboard.insertText(sql)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Enter')
}

async function measureOpening(page, url) {
  await page.goto(url)
  await page.waitForFunction(() => window.benchMarks.editorMs > 0)
  return await page.evaluate(() => ({
    paintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    editorMs: window.benchMarks.editorMs,
  }))
}

async function measureTyping(page) {
  await page.keyboard.press('Alt+o')
  await page.getByRole('list', { name: 'Saved queries' }).getByRole('button').first().click()
  const editor = page.locator('.monaco-editor').filter({ visible: true }).first()
  await editor.getByText('statement 1', { exact: false }).first().waitFor()
  await editor.click()
  await page.keyboard.press('Control+End')
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('PageUp')
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.evaluate(() => void (window.benchMarks.takesKeys = true))
  for (let stroke = 0; stroke < KEYSTROKES; stroke += 1) {
    await page.keyboard.press(stroke % 8 === 7 ? 'Space' : 'abcdefg'[stroke % 7])
    await pause(60)
  }
  await page.waitForFunction((count) => window.benchMarks.keys.length >= count, KEYSTROKES)
  const keys = await page.evaluate(() => {
    window.benchMarks.takesKeys = false
    return window.benchMarks.keys
  })
  await page.keyboard.press('Escape')
  return keys
}

/** From the frame in which the first rows came to their being painted. */
async function measureFirstRows(page) {
  const times = []
  for (let turn = 0; turn < FIRST_ROWS_RUNS; turn += 1) {
    const marker = `bench-marker-${turn}-end`
    await page.evaluate((wanted) => {
      const marks = window.benchMarks
      marks.arrivals.length = 0
      marks.rowsMs = 0
      const observer = new MutationObserver(() => {
        if (!document.querySelector('.ag-row[row-index="0"] .ag-cell[col-id="0"]')?.textContent?.includes(wanted)) return
        observer.disconnect()
        marks.afterPaint((atMs) => (marks.rowsMs = atMs))
      })
      observer.observe(document, { childList: true, subtree: true, characterData: true })
    }, marker)
    await runStatement(page, `SELECT 'bench-marker-' || ${turn} || '-end' AS marker, o.* FROM orders o LIMIT 200`)
    await page.waitForFunction(() => window.benchMarks.rowsMs > 0)
    times.push(await page.evaluate((wanted) => {
      const { arrivals, rowsMs } = window.benchMarks
      return rowsMs - arrivals.find(({ data }) => data.includes(wanted)).atMs
    }, marker))
  }
  return times
}

async function measureScrolling(page) {
  await runStatement(page, `SELECT i AS id, i % 1000 AS part, 'name ' || i AS name, i * 1.5 AS amount FROM range(10000000) AS r(i)`)
  await page.waitForFunction(() => /^10\D?000\D?000 rows/.test(document.querySelector('[data-testid="result-rows"]')?.textContent ?? ''))
  await page.locator('.ag-row .ag-cell[col-id="0"]').first().hover()
  await page.evaluate(() => {
    const marks = window.benchMarks
    Object.assign(marks, { longestBlankMs: 0, blankSince: null, isWatching: true })
    const look = () => {
      const viewport = document.querySelector('.ag-grid-viewport')?.getBoundingClientRect() ?? document.querySelector('.resultGrid').getBoundingClientRect()
      const isBlank = [0.35, 0.65, 0.9].some((share) => {
        const at = document.elementFromPoint(viewport.left + 90, viewport.top + viewport.height * share)
        return !at?.closest('.ag-row')?.querySelector('.ag-cell[col-id="0"]')?.textContent
      })
      const nowMs = performance.now()
      if (!isBlank) marks.blankSince = null
      else {
        marks.blankSince ??= nowMs
        marks.longestBlankMs = Math.max(marks.longestBlankMs, nowMs - marks.blankSince)
      }
      if (marks.isWatching) requestAnimationFrame(look)
    }
    look()
  })
  const endsAtMs = Date.now() + WHEEL_MS
  while (Date.now() < endsAtMs) {
    await page.mouse.wheel(0, 900)
    await pause(40)
  }
  await page.waitForFunction(() => window.benchMarks.blankSince === null)
  const wheelMs = await page.evaluate(() => {
    window.benchMarks.isWatching = false
    return window.benchMarks.longestBlankMs
  })
  const jumps = []
  for (let jump = 0; jump < JUMPS; jump += 1) {
    const share = ((jump * 7 + 3) % JUMPS) / JUMPS
    jumps.push(await page.evaluate((to) => new Promise((done, fail) => {
      const viewport = document.querySelector('.ag-grid-viewport')
      const startMs = performance.now()
      viewport.scrollTop = viewport.scrollHeight * to
      const look = () => {
        const { left, top, height } = viewport.getBoundingClientRect()
        const row = document.elementFromPoint(left + 90, top + height / 2)?.closest('.ag-row')
        if (performance.now() - startMs > 60_000) fail(new Error('No rows a minute after a jump.'))
        else if (row?.querySelector('.ag-cell[col-id="0"]')?.textContent) done(performance.now() - startMs)
        else requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    }), share))
  }
  return { wheelMs, jumps }
}

async function measureHeap(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'JSHeapUsedSize').value / 1e6
}

function writeScript() {
  const statement = (number) => [
    `-- statement ${number}`, 'SELECT c.country, sum(o.total) AS revenue, count(*)', 'FROM orders o JOIN customers c ON c.id = o.customer_id',
    `WHERE o.total > ${number} AND c.name <> 'a;b'`, 'GROUP BY 1 ORDER BY 2 DESC;',
  ]
  const lines = Array.from({ length: SCRIPT_LINES / 5 }, (_, at) => statement(at + 1)).flat()
  mkdirSync(join(home, 'queries'), { recursive: true })
  writeFileSync(join(home, 'queries', 'script.sql'), `${lines.join('\n')}\n`)
}

async function measure() {
  writeScript()
  const url = await startApp()
  browser = await chromium.launch({ executablePath: process.env.MILLRACE_CHROMIUM, chromiumSandbox: false, timeout: WAITS_MS })
  const warm = await browser.newPage()
  warm.setDefaultTimeout(WAITS_MS)
  await warm.goto(url)
  // The demo is made and copied before anything is measured.
  await warm.getByRole('contentinfo').getByText(/behind|idle|up to date/).first().waitFor()
  await warm.close()

  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(WAITS_MS)
  await page.addInitScript(watchPage)
  say('opening…')
  const { paintMs, editorMs } = await measureOpening(page, url)
  say('typing…')
  const keys = await measureTyping(page)
  say('first rows…')
  const firstRows = await measureFirstRows(page)
  say('scrolling ten million rows…')
  const { wheelMs, jumps } = await measureScrolling(page)
  const heapMegabytes = await measureHeap(page)
  const ms = (name, value, goal = null) => ({ name, value, unit: 'ms', goal })
  return [
    ms('first paint', paintMs, 1_000),
    ms('editor usable, Explore clicked as soon as it is there', editorMs, 2_000),
    ms(`keystroke to paint, ${SCRIPT_LINES} lines, median`, quantile(keys, 0.5), 16),
    ms('keystroke to paint, p95', quantile(keys, 0.95)),
    ms('first rows: frame arrived to painted, median', quantile(firstRows, 0.5), 300),
    ms('first rows, slowest', Math.max(...firstRows)),
    ms('longest blank while the wheel turns', wheelMs),
    ms('jump anywhere in ten million rows to rows, median', quantile(jumps, 0.5)),
    ms('jump, slowest', Math.max(...jumps)),
    { name: 'heap of the window after it', value: heapMegabytes, unit: 'MB', goal: 300 },
  ]
}

const hurry = setTimeout(() => {
  say('The benchmark took longer than ten minutes and was ended.')
  void closeAll().then(() => process.exit(1))
}, ENDS_AFTER_MS)
const load = loadavg()[0]
let failed = false
try {
  const figures = await measure()
  if (process.argv.includes('--json')) console.log(JSON.stringify({ loadAverage: load, figures }))
  else {
    console.log(`${cpus().length} cores (${cpus()[0]?.model}), load average at the start ${load.toFixed(2)}${load > cpus().length ? ': noisy, the figures mean little' : ''}`)
    for (const { name, value, unit, goal } of figures) {
      const told = goal === null ? '' : value <= goal ? `met, goal ${goal}` : `MISSED, goal ${goal}`
      console.log(`  ${name.padEnd(58)}${value.toFixed(1).padStart(9)} ${unit.padEnd(3)} ${told}`.trimEnd())
    }
  }
} catch (error) {
  failed = true
  say(`FAILED: ${error.message}`)
} finally {
  clearTimeout(hurry)
  await closeAll()
}
process.exit(failed ? 1 : 0)

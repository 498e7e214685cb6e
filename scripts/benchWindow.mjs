// `npm run bench:ui`: builds what is stale, and measures the window in a real Chromium. See bench/window.mjs.
import { join } from 'node:path'
import { buildIfStale, installIfMissing, requireNode } from './checkout.mjs'
import { findChromium } from './chromium.mjs'
import { root, run } from './launch.mjs'

requireNode()
await installIfMissing()
await buildIfStale()
const chromium = await findChromium()
if (!chromium) {
  console.error('There is no Chromium that starts: name one by MILLRACE_CHROMIUM.')
  process.exit(1)
}
process.exitCode = await run(process.execPath, [join(root, 'bench/window.mjs'), ...process.argv.slice(2)], {
  env: { ...process.env, MILLRACE_CHROMIUM: chromium },
})

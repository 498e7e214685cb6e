// `npm start`: from a fresh clone to the running app, without a question. Plain Node, no dependency.
//   npm start                     the app (Electron, else the browser host)
//   npm start -- serve --demo     any `millrace` command line; the browser host where no command is named
import { join } from 'node:path'
import { buildIfStale, installIfMissing, requireNode } from './checkout.mjs'
import { launch, root, run } from './launch.mjs'

requireNode()
await installIfMissing()
await buildIfStale()

const args = process.argv.slice(2)
process.exitCode =
  args.length > 0 ? await run(process.execPath, [join(root, 'out/main/headless.js'), ...args]) : await launch()

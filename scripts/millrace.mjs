#!/usr/bin/env -S UV_THREADPOOL_SIZE=16 node
// The `millrace` command. With arguments it is the command line; without any it starts the app, as
// `npm start` does, in Electron where that can run and in a browser otherwise.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch } from './launch.mjs'

const built = new URL('../out/main/headless.js', import.meta.url)

if (!existsSync(fileURLToPath(built))) {
  process.stderr.write('millrace: Millrace is not built yet; run `npm run build` in its checkout.\n')
  process.exitCode = 1
} else if (process.argv.length <= 2) {
  process.exitCode = await launch()
} else {
  await import(built.href)
}

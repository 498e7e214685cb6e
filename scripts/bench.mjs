// `npm run bench`: builds what is stale, bundles bench/ into out/bench for plain Node, and runs it.
//   npm run bench -- --only first-copy --scale 0.1
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { buildIfStale, installIfMissing, requireNode } from './checkout.mjs'
import { root, run } from './launch.mjs'

requireNode()
await installIfMissing()
const args = process.argv.slice(2)
// Another build is measured as it is.
if (!args.some((arg) => arg.startsWith('--program'))) await buildIfStale()

const { build } = await import('vite')
const at = (path) => join(root, path)
const programs = ['run', 'rawReader', 'follower', 'opening', 'hotPathsProgram', 'tableSizeProgram']
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: true,
    outDir: at('out/bench'),
    target: 'node20',
    rollupOptions: {
      input: Object.fromEntries(programs.map((name) => [name, at(`bench/${name}.ts`)])),
      output: { format: 'es', entryFileNames: '[name].js' },
    },
  },
})
for (const name of ['peakMemory.mjs', 'reportPeak.mjs', 'statementTimes.mjs']) cpSync(at(`bench/${name}`), at(`out/bench/${name}`))

process.exitCode = await run(process.execPath, [at('out/bench/run.js'), ...args])

// Runs a TypeScript file with its imports in plain Node: `node runTypescript.mjs file.ts …arguments`.
import { resolve } from 'node:path'
import { runnerImport } from 'vite'

const root = resolve(import.meta.dirname, '../..')
const [, , file, ...rest] = process.argv
process.argv = [process.argv[0], file, ...rest]
await runnerImport(resolve(file), { root, configFile: false, logLevel: 'error' })

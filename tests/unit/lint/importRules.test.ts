import { resolve } from 'node:path'
import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { describe, expect, it } from 'vitest'
import { importRules } from '../../../scripts/lint/importRules.mjs'

const root = resolve(import.meta.dirname, '../../..')
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [
    { files: ['**/*.{ts,tsx}'], languageOptions: { parser: tseslint.parser } },
    ...importRules(root),
  ] as never,
})

async function refusals(file: string, code: string): Promise<string[]> {
  const results = await eslint.lintText(`${code}\n`, { filePath: resolve(root, file) })
  return results.flatMap((result) => result.messages.map((message) => message.ruleId ?? message.message))
}

const wrong: [promise: string, file: string, code: string][] = [
  ['the contract imports nothing of the project', 'src/main/contract/x.ts', "import '../engine/ports.ts'"],
  ['the contract knows no Node module', 'src/main/contract/x.ts', "import 'node:fs'"],
  ['the model knows no stage', 'src/main/engine/model/x.ts', "import '../ports.ts'"],
  ['a type import counts too', 'src/main/engine/model/x.ts', "import type { Host } from '../ports.ts'"],
  ['decode reads no contract but its errors', 'src/main/engine/decode/x.ts', "import '../../contract/live.ts'"],
  ['decode opens no socket', 'src/main/engine/decode/x.ts', "import 'node:net'"],
  ['batch does not talk to Postgres', 'src/main/engine/batch/x.ts', "import pg from 'pg'"],
  ['typemap does not talk to DuckDB', 'src/main/engine/typemap/x.ts', "import '@duckdb/node-api'"],
  ['masking reads no clock', 'src/main/engine/masking/x.ts', 'export const at = Date.now()'],
  ['decode makes no date of now', 'src/main/engine/decode/x.ts', 'export const at = new Date()'],
  ['batch measures no time', 'src/main/engine/batch/x.ts', 'export const at = performance.now()'],
  ['source knows no session', 'src/main/engine/source/x.ts', "import '../session.ts'"],
  ['store knows no session', 'src/main/engine/store/x.ts', "import '../session.ts'"],
  ['a dynamic import counts too', 'src/main/engine/store/x.ts', "export const later = import('../session.ts')"],
  ['apply does not open the session', 'src/main/engine/apply/x.ts', "import '../session.ts'"],
  ['sync is below the session', 'src/main/engine/sync/x.ts', "import '../session.ts'"],
  ['the engine knows no host', 'src/main/engine/session.ts', "import '../hosts/headless/nodeHost.ts'"],
  ['a service knows no host', 'src/main/engine/query/x.ts', "import '../../hosts/headless/nodeHost.ts'"],
  ['the engine knows no Electron', 'src/main/engine/engine.ts', "import 'electron'"],
  ['a service knows no Electron', 'src/main/engine/settings/x.ts', "import 'electron'"],
  ['rpc knows no service', 'src/main/rpc/x.ts', "import '../engine/session.ts'"],
  ['a host goes through the engine, not into its stages', 'src/main/hosts/headless/x.ts', "import '../../engine/source/wire.ts'"],
  ['the browser host knows no Electron', 'src/main/hosts/headless/x.ts', "import 'electron'"],
  ['the plain-Node entry knows no Electron', 'src/main/headless.ts', "import 'electron'"],
  ['the engine process imports no Electron', 'src/main/hosts/electron/engineProcess.ts', "import 'electron'"],
  ['an entry composes a host and nothing else', 'src/main/headless.ts', "import './engine/session.ts'"],
  ['preload knows no engine', 'src/preload/index.ts', "import '../main/engine/ports.ts'"],
  ['preload has no Node', 'src/preload/index.ts', "import 'node:fs'"],
  ['the window knows no engine', 'src/renderer/app/x.ts', "import '../../main/engine/ports.ts'"],
  ['the window knows no Electron', 'src/renderer/app/x.ts', "import 'electron'"],
  ['the window has no Node', 'src/renderer/components/x.tsx', "import 'node:fs'"],
]

const right: [promise: string, file: string, code: string][] = [
  ['anybody may name a contract type', 'src/renderer/app/x.ts', "import '../../main/contract/live.ts'"],
  ['decode may throw the errors of the contract', 'src/main/engine/decode/x.ts', "import '../../contract/errors.ts'"],
  ['sync wires the stages', 'src/main/engine/sync/x.ts', "import '../source/wire.ts'"],
  ['source talks to Postgres', 'src/main/engine/source/x.ts', "import pg from 'pg'"],
  ['a host opens a session', 'src/main/hosts/headless/x.ts', "import '../../engine/session.ts'"],
  ['the Electron host imports Electron', 'src/main/hosts/electron/window.ts', "import 'electron'"],
]

describe('the import rules', () => {
  for (const [promise, file, code] of wrong) {
    it(`refuse a wrong import: ${promise}`, async () => {
      expect(await refusals(file, code)).not.toEqual([])
    })
  }
  for (const [promise, file, code] of right) {
    it(`let a right import through: ${promise}`, async () => {
      expect(await refusals(file, code)).toEqual([])
    })
  }
  it('refuse a feature that imports another feature', async () => {
    const code = "import '../live/index.ts'"
    expect(await refusals('src/renderer/features/connect/x.ts', code)).toEqual(['import-x/no-restricted-paths'])
  })
  it("refuse the server's side of rpc in the window", async () => {
    expect(await refusals('src/renderer/app/x.ts', "import '../../main/rpc/server.ts'")).toHaveLength(1)
  })
  it('are part of the configuration that `npm run lint` uses', async () => {
    const config = await new ESLint({ cwd: root }).calculateConfigForFile(resolve(root, 'src/main/contract/errors.ts'))
    expect(config.rules['import-x/no-restricted-paths'][0]).toBe(2)
  })
})

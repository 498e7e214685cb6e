// Who may import whom: the table of docs/architecture.md as lint rules. A folder imports itself and
// what its row names; everything else of the project is refused. Sockets, the database driver,
// Electron and the clock are refused where the row does not allow them.
import { createNodeResolver, importX } from 'eslint-plugin-import-x'

const STAGES = ['model', 'decode', 'typemap', 'masking', 'batch', 'source', 'store', 'apply', 'metrics']
const engine = (...names) => names.map((name) => `main/engine/${name}`)
const SERVICE = [...engine('model', 'store', 'source', 'typemap', 'ports.ts', 'session.ts'), 'main/contract']

/**
 * folder -> what it may import beside itself, all relative to src/. `reach` lists what of the outside
 * world the folder may touch: `network` (sockets, the Postgres driver), `clock`, `node`, `electron`.
 */
export const importTable = {
  'main/contract': { imports: [], reach: [] },
  'main/engine/model': { imports: ['main/contract/errors.ts'], reach: [] },
  'main/engine/decode': { imports: [...engine('model', 'typemap'), 'main/contract/errors.ts'], reach: [] },
  'main/engine/typemap': { imports: [...engine('model'), 'main/contract/errors.ts'], reach: [] },
  // Values are hashed by Node's own crypto.
  'main/engine/masking': { imports: [...engine('model', 'typemap'), 'main/contract/errors.ts'], reach: ['node'] },
  // A batch larger than memory spills to files.
  'main/engine/batch': { imports: [...engine('model', 'typemap'), 'main/contract/errors.ts'], reach: ['node'] },
  // The protocol's own messages carry the time, and the waits at the sockets are bounded.
  'main/engine/source': {
    imports: [...engine('model', 'ports.ts'), 'main/contract'],
    reach: ['network', 'node', 'clock'],
  },
  'main/engine/store': { imports: [...engine('model', 'ports.ts'), 'main/contract'], reach: ['node'] },
  'main/engine/apply': {
    imports: [...engine('model', 'typemap', 'masking', 'store', 'batch', 'ports.ts'), 'main/contract'],
    // Rows of a copy go into DuckDB through a pipe of the system.
    reach: ['network', 'node'],
  },
  'main/engine/metrics': {
    imports: [...engine('model', 'store', 'source', 'ports.ts'), 'main/contract'],
    reach: ['network', 'node'],
  },
  'main/engine/sync': { imports: [...engine(...STAGES, 'ports.ts'), 'main/contract'], reach: ['network', 'node'] },
  'main/engine/query': { imports: SERVICE, reach: ['network', 'node'] },
  'main/engine/export': { imports: [...SERVICE, ...engine('query')], reach: ['node'] },
  'main/engine/scratch': { imports: [...SERVICE, ...engine('query')], reach: ['network', 'node'] },
  'main/engine/compare': { imports: [...SERVICE, ...engine('query')], reach: ['network', 'node'] },
  // What a copy loads, a verification loads again, masked alike.
  'main/engine/reconcile': { imports: [...SERVICE, ...engine('apply', 'masking')], reach: ['network', 'node'] },
  'main/engine/settings': { imports: SERVICE, reach: ['node'] },
  'main/engine/demo': { imports: SERVICE, reach: ['network', 'node', 'clock'] },
  'main/engine/api': { imports: ['main/engine', 'main/contract', 'main/rpc'], reach: ['node'] },
  'main/rpc': { imports: ['main/contract', 'main/engine/ports.ts'], reach: ['network', 'node'] },
  'main/hosts': {
    imports: [
      ...engine('engine.ts', 'session.ts', 'fileStatus.ts', 'ports.ts', 'model'),
      // What the command line asks of a source without following it: its address, doctor, the slot's health.
      ...engine('source/address.ts', 'source/askSource.ts', 'source/preflight.ts', 'source/doctor.ts', 'source/slot.ts'),
      ...engine('typemap/index.ts', 'masking/maskRequests.ts', 'demo/demo.ts', 'compare/compareService.ts', 'reconcile/verifyService.ts'),
      // `millrace query` writes what the app exports.
      ...engine('export', 'query/valueKinds.ts'),
      'main/rpc',
      'main/contract',
    ],
    reach: ['network', 'node', 'clock'],
  },
  preload: { imports: ['main/contract', 'main/rpc'], reach: ['electron'] },
  renderer: { imports: ['main/contract', 'main/rpc'], reach: ['clock'] },
}

/** The files of src/main/engine itself (engine.ts, session.ts, ports.ts) see the engine, never a host. */
const ENGINE_ROOT = { target: './src/main/engine/*.ts', imports: ['main/engine', 'main/contract', 'main/rpc'] }
/** src/main/index.ts and headless.ts compose a host and nothing else. */
const ENTRIES = { target: './src/main/*.ts', imports: ['main/hosts', 'main/contract'] }

const RENDERER_SERVER_SIDE = ['main/rpc/server.ts']
export const FEATURES = ['connect', 'live', 'explore', 'schema', 'compare', 'settings']

const NETWORK = ['net', 'tls', 'http', 'https', 'http2', 'dgram', 'dns', 'child_process'].flatMap((name) => [
  name,
  `node:${name}`,
])
const DRIVERS = ['pg', 'pg-cursor', 'pgpass', 'ws']

function zone(target, imports, message) {
  return {
    target,
    from: './src',
    except: imports.map((path) => `./${path}`),
    message: message ?? `may import only: ${imports.join(', ') || 'nothing of the project'}`,
  }
}

function zones() {
  const folders = Object.entries(importTable).map(([folder, row]) =>
    zone(`./src/${folder}`, [folder, ...row.imports], `${folder} may import: ${row.imports.join(', ') || 'itself only'}`),
  )
  const features = FEATURES.map((feature) => ({
    target: `./src/renderer/features/${feature}`,
    from: './src/renderer/features',
    except: [`./${feature}`],
    message: 'a feature never imports another feature: move what they share to components or app',
  }))
  return [
    ...folders,
    ...features,
    zone(ENGINE_ROOT.target, ENGINE_ROOT.imports),
    zone(ENTRIES.target, ENTRIES.imports),
    ...RENDERER_SERVER_SIDE.map((path) => ({
      target: './src/renderer',
      from: `./src/${path}`,
      message: "the window has rpc's client side only",
    })),
    { target: './src/renderer/components', from: './src/renderer/features', message: 'components know no feature' },
  ]
}

/** What of the outside world a folder may not touch, as `no-restricted-imports` patterns. */
function refusedModules(reach) {
  const patterns = []
  if (!reach.includes('node')) {
    patterns.push({ regex: '^(node:|@duckdb/node-api)', message: 'this folder is pure: no Node modules, no DuckDB' })
  }
  if (!reach.includes('network')) {
    const names = [...NETWORK, ...DRIVERS].map((name) => name.replace('.', '\\.')).join('|')
    patterns.push({ regex: `^(${names})(/.*)?$`, message: 'this folder opens no socket and no process' })
  }
  if (!reach.includes('electron')) {
    patterns.push({ regex: '^electron(/.*)?$', message: 'electron is imported in hosts/electron, main/index.ts and preload' })
  }
  return patterns
}

/** The engine has one clock, `host.clock`, so that time can be driven by a test. */
const CLOCK = [
  { object: 'Date', property: 'now', message: 'the clock comes from the host: use clock.nowMs()' },
  { object: 'performance', property: 'now', message: 'the clock comes from the host: use clock.monotonicMs()' },
]
const NEW_DATE = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'the clock comes from the host: use clock.nowMs()',
}

function reachRules(files, reach, ignores = []) {
  return {
    files,
    ignores,
    rules: {
      'no-restricted-imports': ['error', { patterns: refusedModules(reach) }],
      ...(reach.includes('clock')
        ? {}
        : { 'no-restricted-properties': ['error', ...CLOCK], 'no-restricted-syntax': ['error', NEW_DATE] }),
    },
  }
}

/** Flat-config blocks that hold the table. `root` is the checkout. */
export function importRules(root) {
  return [
    {
      files: ['src/**/*.{ts,tsx}'],
      plugins: { 'import-x': importX },
      settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx', '.js', '.json'] })] },
      rules: { 'import-x/no-restricted-paths': ['error', { basePath: root, zones: zones() }] },
    },
    ...Object.entries(importTable).map(([folder, row]) => reachRules([`src/${folder}/**/*.{ts,tsx}`], row.reach)),
    // Rows for single files stand after the folders, because the last block wins.
    reachRules(['src/main/engine/*.ts'], ['network', 'node']),
    reachRules(['src/main/headless.ts'], ['network', 'node', 'clock']),
    reachRules(['src/main/index.ts'], ['network', 'node', 'clock', 'electron']),
    reachRules(['src/main/hosts/electron/**/*.ts'], ['network', 'node', 'clock', 'electron']),
    reachRules(['src/main/hosts/electron/engineProcess.ts'], ['network', 'node', 'clock']),
  ]
}

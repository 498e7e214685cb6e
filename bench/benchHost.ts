import type { Host } from '../src/main/engine/ports.ts'

const write = (message: string): void => void process.stderr.write(`${message}\n`)

/** The engine's ports in a benchmark's own process; everything lies under `folder`. */
export function benchHost(folder: string): Host {
  return {
    kind: 'browser',
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    logger: { debug: () => {}, info: () => {}, warn: write, error: write },
    secrets: { lasting: false, note: null, get: async () => null, set: async () => {}, delete: async () => {} },
    paths: { dataFolder: folder, temporaryFolder: folder },
    version: 'bench',
  }
}

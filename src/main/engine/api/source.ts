import type { PreflightReport, SourceAddress } from '../../contract/source.ts'
import { parseSourceAddress, withPassword } from '../source/address.ts'
import { askSource } from '../source/askSource.ts'
import { preflight } from '../source/preflight.ts'
import { planColumn } from '../typemap/index.ts'
import { api } from './services.ts'

/** Connects and looks; a refused connection is thrown, an obstacle a finding. */
export async function checkSource(address: SourceAddress, signal?: AbortSignal): Promise<PreflightReport> {
  return askSource(await withPassword(address), { purpose: 'preflight', signal }, (client) => preflight(client, { planColumn }))
}

export function sourceHandlers() {
  return {
    parse: api.source.parse.handler(({ input }) => parseSourceAddress(input.text)),
    check: api.source.check.handler(({ input, signal }) => checkSource(input.address, signal)),
  }
}

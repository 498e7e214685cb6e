import { version as duckdbVersion } from '@duckdb/node-api'
import { api, type Services } from './services.ts'

export function appHandlers({ host }: Services) {
  return {
    info: api.app.info.handler(() => ({
      version: host.version,
      host: host.kind,
      duckdbVersion: duckdbVersion(),
      dataFolder: host.paths.dataFolder,
      keepsSecrets: host.secrets.lasting,
      secretsNote: host.secrets.note,
    })),
  }
}

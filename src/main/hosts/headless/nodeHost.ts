import { homedir } from 'node:os'
import { join } from 'node:path'
import packageFile from '../../../../package.json' with { type: 'json' }
import type { Host } from '../../engine/ports.ts'
import { systemClock } from '../clock.ts'
import { fileWriter, jsonLogger, logLevelOf, teeLogger } from '../logger.ts'
import { dataFolderOf, preparePaths } from '../paths.ts'
import { memorySecrets, openSecrets } from './secrets.ts'

export const version: string = packageFile.version

export interface NodeHost extends Host {
  /** Removes this process's temporary folder. */
  close(): Promise<void>
}

export interface NodeHostOptions {
  env: NodeJS.ProcessEnv
  /** Takes one line of log without its newline. */
  writeLine(line: string): void
  /** True for the app (browser host): its log goes to a file in the data folder too. */
  isApp: boolean
  /** False for a command that keeps no password: the keychain is then not touched. */
  keepsSecrets: boolean
}

/** What plain Node supplies to the engine. */
export async function createNodeHost(options: NodeHostOptions): Promise<NodeHost> {
  const { env } = options
  const { remove, ...paths } = await preparePaths(
    dataFolderOf({ env, platform: process.platform, homeFolder: homedir() }),
  )
  const terminalLog = jsonLogger(systemClock, logLevelOf(env.MILLRACE_LOG, 'warn'), options.writeLine)
  const logger = options.isApp
    ? teeLogger(
        terminalLog,
        jsonLogger(
          systemClock,
          logLevelOf(env.MILLRACE_LOG, 'info'),
          fileWriter(join(paths.dataFolder, 'logs', 'millrace.log')),
        ),
      )
    : terminalLog
  return {
    kind: 'browser',
    clock: systemClock,
    logger,
    secrets: options.keepsSecrets ? await openSecrets() : memorySecrets('This command keeps no password.'),
    paths,
    version,
    close: remove,
  }
}

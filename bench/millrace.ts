import { join } from 'node:path'
import type { SourceAddress } from '../src/main/contract/source.ts'
import type { Sample } from './measure.ts'
import { postgresEnvironment, timeNode, timeProgram } from './processes.ts'

export const slotName = 'bench_millrace'
export const publicationName = 'bench_orders'

/** The built command line, as a person would start it. */
export interface Millrace {
  /** `millrace sync … --until-caught-up`, the whole process; makes the file where there is none. */
  sync(address: SourceAddress, file: string, tables?: string): Promise<Sample>
  /** Drops slot and publication. */
  drop(address: SourceAddress, file: string): Promise<void>
}

export function millraceAt(program: string, options: { folder: string; benchFolder: string }): Millrace {
  const environment = (address: SourceAddress): NodeJS.ProcessEnv => ({
    ...postgresEnvironment(address),
    MILLRACE_HOME: join(options.folder, 'home'),
    MILLRACE_LOG: 'error',
  })
  const names = ['--slot', slotName, '--publication', publicationName]
  return {
    sync(address, file, tables = 'public.orders') {
      const args = [program, 'sync', '--file', file, '--tables', tables, ...names, '--until-caught-up']
      return timeNode(args, environment(address), options)
    },
    async drop(address, file) {
      await timeProgram(process.execPath, [program, 'drop', '--file', file], environment(address))
    },
  }
}

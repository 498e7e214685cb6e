import type { Logger } from '../../src/main/engine/ports.ts'

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

export interface LoggedLine {
  level: keyof Logger
  message: string
  fields: Record<string, unknown>
}

/** Keeps what was logged, so that a test can look at it. */
export function recordingLogger(): Logger & { lines: LoggedLine[] } {
  const lines: LoggedLine[] = []
  const at = (level: keyof Logger) => (message: string, fields: Record<string, unknown> = {}) => {
    lines.push({ level, message, fields })
  }
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

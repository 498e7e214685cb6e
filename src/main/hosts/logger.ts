import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock, Logger } from '../engine/ports.ts'
import { redactFields, redactText } from './redact.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** `text` where it names a level, `fallback` otherwise. */
export function logLevelOf(text: string | undefined, fallback: LogLevel): LogLevel {
  return logLevels.find((level) => level === text?.toLowerCase()) ?? fallback
}

/** A logger that hands one JSON line (without its newline) an entry to `write`; passwords are taken out. */
export function jsonLogger(clock: Clock, lowest: LogLevel, write: (line: string) => void): Logger {
  const entry =
    (level: LogLevel) =>
    (message: string, fields?: Record<string, unknown>): void => {
      if (logLevels.indexOf(level) < logLevels.indexOf(lowest)) return
      const at = new Date(clock.nowMs()).toISOString()
      const rest = fields ? (redactFields(fields) as Record<string, unknown>) : {}
      write(JSON.stringify({ ...rest, at, level, message: redactText(message) }))
    }
  return { debug: entry('debug'), info: entry('info'), warn: entry('warn'), error: entry('error') }
}

/**
 * Appends lines to a file; at `maxBytes` the file is set aside as `….1`, so that two files at most
 * exist. A disk that refuses costs the entry and nothing else.
 */
export function fileWriter(filePath: string, maxBytes = 5_000_000): (line: string) => void {
  let bytes = 0
  try {
    mkdirSync(dirname(filePath), { recursive: true })
    bytes = statSync(filePath, { throwIfNoEntry: false })?.size ?? 0
  } catch {
    // Told by the first append that fails, which is swallowed too: a log is no reason to stop.
  }
  return (line) => {
    try {
      if (bytes > maxBytes) {
        renameSync(filePath, `${filePath}.1`)
        bytes = 0
      }
      appendFileSync(filePath, `${line}\n`, { mode: 0o600 })
      bytes += Buffer.byteLength(line) + 1
    } catch {
      // See above.
    }
  }
}

/** Sends every entry to each of the loggers. */
export function teeLogger(...loggers: readonly Logger[]): Logger {
  const entry =
    (level: LogLevel) =>
    (message: string, fields?: Record<string, unknown>): void => {
      for (const logger of loggers) logger[level](message, fields)
    }
  return { debug: entry('debug'), info: entry('info'), warn: entry('warn'), error: entry('error') }
}

/**
 * Reads libpq's `host=… port=…` form: values bare or in single quotes, `\` escapes.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
 * Answers null where the text is not of that form.
 */
export function parseKeywordString(text: string): Map<string, string> | null {
  const values = new Map<string, string>()
  const pair = /\s*([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)\s*/sy
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text)
    if (!match) return null
    values.set(match[1]!, (match[2] ?? match[3] ?? '').replace(/\\(.)/gs, '$1'))
  }
  return values
}

/**
 * One section of a service file, an INI file with `#` comments.
 * https://www.postgresql.org/docs/current/libpq-pgservice.html
 * Answers null where there is no such section.
 */
export function parseService(fileText: string, service: string): Map<string, string> | null {
  let found: Map<string, string> | null = null
  let inside = false
  for (const raw of fileText.split(/\r?\n/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) {
      if (found) break
      inside = line === `[${service}]`
      if (inside) found = new Map()
      continue
    }
    const equals = line.indexOf('=')
    if (inside && found && equals > 0) {
      const key = line.slice(0, equals).trim()
      if (!found.has(key)) found.set(key, line.slice(equals + 1).trim())
    }
  }
  return found
}

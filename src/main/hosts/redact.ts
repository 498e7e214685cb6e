/**
 * Takes passwords out of text that is about to be logged or printed: the password part of a
 * connection URL, and `password=…` of a libpq keyword string. Everything else stays as it is.
 */
export function redactText(text: string): string {
  return text
    .replace(/\b(postgres(?:ql)?:\/\/[^\s:@/?#]*):[^\s@/]*@/gi, '$1:***@')
    .replace(/\b(password|passwd|sslpassword|token)(\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&'"]+)/gi, '$1$2***')
}

const SECRET_FIELD = /password|passwd|secret|token|authorization|cookie/i

/** The same for the fields of a log entry, at any depth; errors become their name, message and code. */
export function redactFields(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value !== 'object') return value
  if (depth > 5) return '…'
  if (value instanceof Error) {
    const { code } = value as { code?: unknown }
    return {
      name: value.name,
      message: redactText(value.message),
      ...(code === undefined ? {} : { code }),
      ...(value.stack ? { stack: redactText(value.stack) } : {}),
      ...(value.cause === undefined ? {} : { cause: redactFields(value.cause, depth + 1) }),
    }
  }
  if (Array.isArray(value)) return value.map((item) => redactFields(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      SECRET_FIELD.test(name) ? '***' : redactFields(item, depth + 1),
    ]),
  )
}

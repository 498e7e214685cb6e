/**
 * JSON laid out for reading without being parsed: every number and string stays letter for letter,
 * so that `12345678901234567890` is not rounded and a repeated key is not lost.
 */
export function prettyJson(text: string): string {
  const parts = text.match(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  const lines: string[] = []
  let line = ''
  let depth = 0
  const breakLine = (): void => {
    lines.push(line)
    line = '  '.repeat(depth)
  }
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at]!
    const next = parts[at + 1]
    if (part === '{' || part === '[') {
      if (next === (part === '{' ? '}' : ']')) {
        line += part + next
        at += 1
      } else {
        line += part
        depth += 1
        breakLine()
      }
    } else if (part === '}' || part === ']') {
      depth = Math.max(0, depth - 1)
      breakLine()
      line += part
    } else if (part === ',') {
      line += part
      breakLine()
    } else line += part === ':' ? ': ' : part
  }
  return [...lines, line].join('\n')
}

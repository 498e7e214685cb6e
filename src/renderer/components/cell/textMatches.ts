/** A stretch of a text that is searched; `end` is exclusive. */
export interface TextMatch {
  start: number
  end: number
}

/** Where the words stand in the text, whatever their case; at most so many. */
export function matchesOf(text: string, words: string, atMost: number): TextMatch[] {
  if (words === '') return []
  const pattern = new RegExp(words.replace(/[$()*+.?[\\\]^{|}/]/g, '\\$&'), 'giu')
  const found: TextMatch[] = []
  for (const match of text.matchAll(pattern)) {
    if (found.length === atMost) break
    found.push({ start: match.index, end: match.index + match[0].length })
  }
  return found
}

import type { CompletionIndex } from '../sql/completionIndex.ts'
import type { EngineName } from '../../../main/contract/values.ts'
import { hoverAt } from '../sql/hover.ts'
import type { NameHover } from '../sql/hover.ts'
import { summaryLines } from '../statistics/statisticsWords.ts'
import { glanceAt } from './columnGlance.ts'
import { scriptOf } from './editorScripts.ts'
import { monaco, SQL_LANGUAGE } from './monaco.ts'

type ContextOf = (model: monaco.editor.ITextModel) => { engine: EngineName; index: CompletionIndex | null } | null

/** Text that means itself: names and values may hold anything. */
const plain = (text: string): monaco.IMarkdownString => ({ value: text.replace(/[\\`*_{}[\]<>#|!~&-]/g, '\\$&') })

/** What a name means is said at once; what its values are comes when the engine has looked. */
export function registerHover(contextOf: ContextOf): void {
  const found = (model: monaco.editor.ITextModel, position: monaco.Position): NameHover | null => {
    const index = contextOf(model)?.index
    const { sql, statements } = scriptOf(model)
    return index ? hoverAt(sql, model.getOffsetAt(position), index, statements) : null
  }
  const rangeOf = (model: monaco.editor.ITextModel, { start, end }: NameHover): monaco.Range =>
    monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(end))

  monaco.languages.registerHoverProvider(SQL_LANGUAGE, {
    // Of two providers Monaco shows the later one's words first.
    async provideHover(model, position, token) {
      const name = found(model, position)
      const context = contextOf(model)
      if (!name?.column || !context?.index) return null
      const abort = new AbortController()
      const listener = token.onCancellationRequested(() => abort.abort())
      try {
        const summary = await glanceAt(context.index, name.column, abort.signal)
        if (!summary || token.isCancellationRequested) return null
        const lines = summaryLines(summary)
        const where = context.engine === 'source' ? ['In the replica:'] : []
        return { range: rangeOf(model, name), contents: [plain([...where, ...lines].join(' '))] }
      } finally {
        listener.dispose()
      }
    },
  })
  monaco.languages.registerHoverProvider(SQL_LANGUAGE, {
    provideHover(model, position) {
      const name = found(model, position)
      if (!name) return null
      return {
        range: rangeOf(model, name),
        // In a block of code nothing of a name is markup.
        contents: [{ value: `\`\`\`${SQL_LANGUAGE}\n${name.name} ${name.type}\n\`\`\`` }, ...name.notes.map(plain)],
      }
    },
  })
}

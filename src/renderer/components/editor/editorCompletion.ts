import type { EngineName } from '../../../main/contract/values.ts'
import { usePreferences } from '../../app/preferences.ts'
import type { CompletionIndex } from '../sql/completionIndex.ts'
import { completionsAt } from '../sql/completions.ts'
import type { Suggestion } from '../sql/completions.ts'
import { registerHover } from './editorHover.ts'
import { scriptOf } from './editorScripts.ts'
import { monaco, SQL_LANGUAGE } from './monaco.ts'

/** What an editor completes from. Asked at each key, so that the engine switch counts at once. */
export interface CompletionContext {
  engine: EngineName
  /** Null until the catalog has been read. */
  index: CompletionIndex | null
}

const { CompletionItemInsertTextRule, CompletionItemKind } = monaco.languages
const kinds: Record<Suggestion['kind'], monaco.languages.CompletionItemKind> = {
  schema: CompletionItemKind.Module,
  table: CompletionItemKind.Class,
  view: CompletionItemKind.Interface,
  column: CompletionItemKind.Field,
  alias: CompletionItemKind.Variable,
  function: CompletionItemKind.Function,
  keyword: CompletionItemKind.Keyword,
  snippet: CompletionItemKind.Snippet,
}

/** Monaco's providers belong to a language; ours looks up whose text it is asked about. */
const contexts = new Map<string, () => CompletionContext>()
let registered = false

function register(): void {
  if (registered) return
  registered = true
  registerHover((model) => contexts.get(model.uri.toString())?.() ?? null)
  monaco.languages.registerCompletionItemProvider(SQL_LANGUAGE, {
    triggerCharacters: ['.'],
    provideCompletionItems(model, position) {
      const context = contexts.get(model.uri.toString())?.()
      if (!context?.index) return { suggestions: [] }
      const { sql, statements } = scriptOf(model)
      const { snippets } = usePreferences.getState().preferences
      const found = completionsAt(sql, model.getOffsetAt(position), context.index, context.engine, statements, snippets)
      const start = model.getPositionAt(found.replace.start)
      const end = model.getPositionAt(found.replace.end)
      const range = {
        insert: monaco.Range.fromPositions(start, position),
        replace: monaco.Range.fromPositions(start, end),
      }
      return {
        incomplete: found.truncated,
        suggestions: found.suggestions.map((suggestion) => ({
          label: { label: suggestion.label, description: suggestion.detail ?? '' },
          kind: kinds[suggestion.kind],
          insertText: suggestion.insert,
          insertTextRules: suggestion.isSnippet ? CompletionItemInsertTextRule.InsertAsSnippet : undefined,
          // A quoted name is found by what is inside its quotes.
          filterText: suggestion.label,
          sortText: `${suggestion.rank}${suggestion.label.toLowerCase()}`,
          range,
        })),
      }
    },
  })
}

/** Completes and explains names in that model from that context; answers with the way back. */
export function completeIn(model: monaco.editor.ITextModel, context: () => CompletionContext): () => void {
  register()
  const key = model.uri.toString()
  contexts.set(key, context)
  return () => {
    if (contexts.get(key) === context) contexts.delete(key)
  }
}

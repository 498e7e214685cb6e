import { editedStatements, splitStatements } from '../sql/statements.ts'
import type { Statement, TextEdit } from '../sql/statements.ts'
import type { monaco } from './monaco.ts'

/** The text of a model and the statements in it. */
export interface Script {
  sql: string
  statements: readonly Statement[]
}

const scripts = new WeakMap<monaco.editor.ITextModel, Script>()

/** As the model stands now. Each edit is worked in as it is made, so that asking costs nothing. */
export function scriptOf(model: monaco.editor.ITextModel): Script {
  const known = scripts.get(model)
  if (known) return known
  const sql = model.getValue()
  const script = { sql, statements: splitStatements(sql) }
  scripts.set(model, script)
  return script
}

/** To be called as soon as the model is made: its script is to be the first that hears of an edit. */
export function followScript(model: monaco.editor.ITextModel): void {
  model.onDidChangeContent(({ changes, isFlush, isEolChange }) => {
    const before = scripts.get(model)
    if (!before) return
    const sql = model.getValue()
    const statements = isFlush || isEolChange ? splitStatements(sql) : editedStatements(before, coveringEdit(changes), sql)
    scripts.set(model, { sql, statements })
  })
}

/** The changes of one event are told by the offsets of the text before all of them. */
function coveringEdit(changes: readonly monaco.editor.IModelContentChange[]): TextEdit {
  return {
    start: Math.min(...changes.map(({ rangeOffset }) => rangeOffset)),
    end: Math.max(...changes.map(({ rangeOffset, rangeLength }) => rangeOffset + rangeLength)),
  }
}

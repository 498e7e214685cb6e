import type { Fault } from '../../../main/contract/errors.ts'
import { faultStretch } from '../sql/faultStretch.ts'
import { monaco } from './monaco.ts'

const OWNER = 'millrace'

/** What was sent, and where it stood in the text. */
export interface SentStatement {
  start: number
  text: string
}

/** Underlines where the engine saw the error; nothing where the text has changed since. */
export function markFault(model: monaco.editor.ITextModel, fault: Fault, statement: SentStatement): void {
  const unchanged = model.getValue().startsWith(statement.text, statement.start)
  if (!fault.place || !unchanged) return clearFault(model)
  const stretch = faultStretch(statement.text, fault.place)
  const start = model.getPositionAt(statement.start + stretch.start)
  const end = model.getPositionAt(statement.start + stretch.end)
  monaco.editor.setModelMarkers(model, OWNER, [
    {
      severity: monaco.MarkerSeverity.Error,
      message: `${fault.message}\n${fault.advice}`,
      startLineNumber: start.lineNumber,
      startColumn: start.column,
      endLineNumber: end.lineNumber,
      endColumn: end.column,
    },
  ])
}

export function clearFault(model: monaco.editor.ITextModel): void {
  monaco.editor.setModelMarkers(model, OWNER, [])
}

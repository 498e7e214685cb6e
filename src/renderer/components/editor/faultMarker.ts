import type { Fault } from '../../../main/contract/errors.ts'
import { faultStretch } from '../sql/faultStretch.ts'
import { monaco } from './monaco.ts'

const OWNER = 'millrace'

/** What was sent, and where it stood in the text. */
export interface SentStatement {
  start: number
  text: string
}

/** What ends the watch over a model's marked words. */
const watches = new WeakMap<monaco.editor.ITextModel, () => void>()

/** Underlines where the engine saw the error, until those words are changed; nothing where the text has changed since. */
export function markFault(model: monaco.editor.ITextModel, fault: Fault, statement: SentStatement): void {
  clearFault(model)
  const unchanged = model.getValue().startsWith(statement.text, statement.start)
  if (!fault.place || !unchanged) return
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
  watch(model, monaco.Range.fromPositions(start, end))
}

/** Who mends the words has taken note of them. */
function watch(model: monaco.editor.ITextModel, range: monaco.Range): void {
  const words = model.getValueInRange(range)
  const stickiness = monaco.editor.TrackedRangeStickiness.AlwaysGrowsWhenTypingAtEdges
  const [tracked] = model.deltaDecorations([], [{ range, options: { stickiness } }])
  const listener = model.onDidChangeContent(() => {
    const now = model.getDecorationRange(tracked!)
    if (!now || model.getValueInRange(now) !== words) clearFault(model)
  })
  watches.set(model, () => {
    listener.dispose()
    model.deltaDecorations([tracked!], [])
  })
}

export function clearFault(model: monaco.editor.ITextModel): void {
  watches.get(model)?.()
  watches.delete(model)
  monaco.editor.setModelMarkers(model, OWNER, [])
}

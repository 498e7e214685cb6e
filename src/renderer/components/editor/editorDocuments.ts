import { followScript } from './editorScripts.ts'
import { monaco, SQL_LANGUAGE } from './monaco.ts'

interface OpenDocument {
  model: monaco.editor.ITextModel
  viewState: monaco.editor.ICodeEditorViewState | null
}

const open = new Map<string, OpenDocument>()

/** The texts that are open in the window's editors, by the id of their tab. */
export const editorDocuments = {
  /** The document's model; made from `text` where it is not open yet. */
  open(id: string, text: string): monaco.editor.ITextModel {
    const known = open.get(id)
    if (known) return known.model
    const model = monaco.editor.createModel(text, SQL_LANGUAGE, monaco.Uri.parse(`millrace:${id}`))
    followScript(model)
    model.updateOptions({ bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false } })
    open.set(id, { model, viewState: null })
    return model
  },
  /** Puts another text in the document, as one step that can be undone; nothing where it is not open. */
  replaceText(id: string, text: string): void {
    const model = open.get(id)?.model
    if (!model || model.getValue() === text) return
    model.pushStackElement()
    model.pushEditOperations(null, [{ range: model.getFullModelRange(), text }], () => null)
    model.pushStackElement()
  },
  viewStateOf: (id: string): monaco.editor.ICodeEditorViewState | null => open.get(id)?.viewState ?? null,
  keepViewState(id: string, viewState: monaco.editor.ICodeEditorViewState | null): void {
    const known = open.get(id)
    if (known) known.viewState = viewState
  },
  /** Closes the documents whose tab is gone. */
  closeAllBut(prefix: string, ids: ReadonlySet<string>): void {
    for (const [id, { model }] of open) {
      if (!id.startsWith(prefix) || ids.has(id)) continue
      open.delete(id)
      model.dispose()
    }
  },
}

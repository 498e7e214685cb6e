import { useEffect, useImperativeHandle, useRef } from 'react'
import type { Ref } from 'react'
import type { Fault } from '../../../main/contract/errors.ts'
import type { EngineName } from '../../../main/contract/values.ts'
import { usePreferences } from '../../app/preferences.ts'
import type { CompletionIndex } from '../sql/completionIndex.ts'
import { statementAt } from '../sql/statements.ts'
import type { Statement } from '../sql/statements.ts'
import { completeIn } from './editorCompletion.ts'
import { editorDocuments } from './editorDocuments.ts'
import { scriptOf } from './editorScripts.ts'
import { applyEditorTheme } from './editorTheme.ts'
import { clearFault, markFault } from './faultMarker.ts'
import type { SentStatement } from './faultMarker.ts'
import { monaco } from './monaco.ts'
import './SqlEditor.css'

/** What the place around an editor may ask of it. */
export interface SqlEditorHandle {
  text(): string
  /** Of the text, in order. */
  statements(): readonly Statement[]
  /** Offsets of the selection; equal where nothing is selected. */
  selection(): { start: number; end: number }
  focus(): void
  /** Runs one of Monaco's own actions, e.g. `editor.action.commentLine`. */
  trigger(action: string): void
  /** Replaces a stretch of the text so that it can be undone. */
  replace(start: number, end: number, text: string): void
  select(start: number, end: number): void
  showFault(fault: Fault, statement: SentStatement): void
  clearFault(): void
  /** Closes the list of completions if it is open. */
  hideCompletion(): void
}

interface SqlEditorProps {
  /** Each document keeps its text, undo steps, cursor and scroll place while others are shown. */
  documentId: string
  /** The text of a document that is seen for the first time. */
  initialText: string
  engine: EngineName
  completion: CompletionIndex | null
  label: string
  placeholder?: string
  onChange(documentId: string, text: string): void
  /** Ctrl or Cmd and a click on that offset of the text. */
  onOpenName?(offset: number): void
  handle: Ref<SqlEditorHandle>
}

const FONT_PIXELS = 12.5
const LINE_PIXELS = 20

function createEditor(element: HTMLElement): monaco.editor.IStandaloneCodeEditor {
  return monaco.editor.create(element, {
    model: null,
    automaticLayout: true,
    fixedOverflowWidgets: true,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-mono'),
    fontSize: FONT_PIXELS,
    lineHeight: LINE_PIXELS,
    fontLigatures: false,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    renderLineHighlight: 'none',
    lineNumbersMinChars: 3,
    lineDecorationsWidth: 12,
    folding: false,
    glyphMargin: false,
    overviewRulerLanes: 0,
    hideCursorInOverviewRuler: true,
    padding: { top: 10, bottom: 10 },
    tabSize: 2,
    insertSpaces: true,
    wordBasedSuggestions: 'off',
    quickSuggestions: { other: true, comments: false, strings: false },
    quickSuggestionsDelay: 40,
    suggest: { showWords: false, insertMode: 'replace', preview: false },
    acceptSuggestionOnEnter: 'smart',
    occurrencesHighlight: 'off',
    unicodeHighlight: { ambiguousCharacters: true, invisibleCharacters: true },
    stickyScroll: { enabled: false },
    contextmenu: true,
    scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
    find: { addExtraSpaceOnTop: false },
    guides: { indentation: false },
  })
}

/** Marks the lines of the statement that a run would take; answers with the way back. */
function markCurrentStatement(editor: monaco.editor.IStandaloneCodeEditor): () => void {
  const marks = editor.createDecorationsCollection()
  function mark(): void {
    const model = editor.getModel()
    const position = editor.getPosition()
    if (!model || !position) return marks.clear()
    const { sql, statements } = scriptOf(model)
    const current = statementAt(sql, statements, model.getOffsetAt(position))
    if (!current) return marks.clear()
    const range = monaco.Range.fromPositions(model.getPositionAt(current.start), model.getPositionAt(current.end))
    marks.set([{ range, options: { isWholeLine: true, linesDecorationsClassName: 'currentStatement' } }])
  }
  const listeners = [
    editor.onDidChangeCursorPosition(mark),
    editor.onDidChangeModelContent(mark),
    editor.onDidChangeModel(mark),
  ]
  return () => {
    for (const listener of listeners) listener.dispose()
  }
}

/** The SQL editor of Explore and Compare. Keys that the window's commands use never reach it. */
export function SqlEditor(props: SqlEditorProps) {
  const { documentId, engine, label, placeholder } = props
  const frame = useRef<HTMLDivElement>(null)
  const editorRef = useRef<monaco.editor.IStandaloneCodeEditor>(null)
  const latest = useRef(props)
  latest.current = props
  const shownTheme = usePreferences((state) => state.shownTheme)
  const shownContrast = usePreferences((state) => state.shownContrast)

  useEffect(() => applyEditorTheme(shownTheme), [shownTheme, shownContrast])

  useEffect(() => {
    const editor = createEditor(frame.current!)
    editorRef.current = editor
    const unmark = markCurrentStatement(editor)
    editor.onMouseDown(({ event, target }) => {
      const model = editor.getModel()
      if (!model || !target.position || !(event.ctrlKey || event.metaKey) || !event.leftButton) return
      latest.current.onOpenName?.(model.getOffsetAt(target.position))
    })
    // The font comes after the first frame; widths measured before it are wrong.
    void document.fonts.ready.then(() => monaco.editor.remeasureFonts())
    return () => {
      unmark()
      editor.dispose()
      editorRef.current = null
    }
  }, [])

  useEffect(() => {
    editorRef.current?.updateOptions({ ariaLabel: label, placeholder })
  }, [label, placeholder])

  useEffect(() => {
    const editor = editorRef.current!
    const model = editorDocuments.open(documentId, latest.current.initialText)
    editor.setModel(model)
    const viewState = editorDocuments.viewStateOf(documentId)
    if (viewState) editor.restoreViewState(viewState)
    const listener = model.onDidChangeContent(() => latest.current.onChange(documentId, scriptOf(model).sql))
    const uncomplete = completeIn(model, () => ({ engine: latest.current.engine, index: latest.current.completion }))
    return () => {
      editorDocuments.keepViewState(documentId, editor.saveViewState())
      listener.dispose()
      uncomplete()
    }
  }, [documentId])

  useImperativeHandle(props.handle, () => {
    const editorNow = (): monaco.editor.IStandaloneCodeEditor => editorRef.current!
    const modelNow = (): monaco.editor.ITextModel => editorNow().getModel()!
    const rangeOf = (start: number, end: number): monaco.Range =>
      monaco.Range.fromPositions(modelNow().getPositionAt(start), modelNow().getPositionAt(end))
    return {
      text: () => scriptOf(modelNow()).sql,
      statements: () => scriptOf(modelNow()).statements,
      selection() {
        const selection = editorNow().getSelection()
        if (!selection) return { start: 0, end: 0 }
        return {
          start: modelNow().getOffsetAt(selection.getStartPosition()),
          end: modelNow().getOffsetAt(selection.getEndPosition()),
        }
      },
      focus: () => editorNow().focus(),
      trigger(action) {
        editorNow().focus()
        editorNow().trigger('command', action, null)
      },
      replace(start, end, text) {
        const editor = editorNow()
        editor.pushUndoStop()
        editor.executeEdits('command', [{ range: rangeOf(start, end), text }])
        editor.pushUndoStop()
      },
      select(start, end) {
        editorNow().setSelection(rangeOf(start, end))
        editorNow().revealRangeInCenterIfOutsideViewport(rangeOf(start, end))
      },
      showFault: (fault, statement) => markFault(modelNow(), fault, statement),
      clearFault: () => clearFault(modelNow()),
      hideCompletion: () => editorNow().trigger('command', 'hideSuggestWidget', null),
    }
  }, [])

  return <div ref={frame} className="sqlEditor" data-engine={engine} />
}

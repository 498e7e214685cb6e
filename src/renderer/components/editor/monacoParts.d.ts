/** A part of Monaco that its own list of features forgets: the completion list itself. */
declare module 'monaco-editor/editor/contrib/suggest/browser/suggestController'

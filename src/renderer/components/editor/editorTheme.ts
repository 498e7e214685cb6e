import { monaco } from './monaco.ts'

/** Monaco wants colours as `#rrggbb`, so the page's tokens are read when the theme changes; a build may shorten them. */
function token(name: string): string {
  const colour = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
  return colour.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3')
}

/** `#rrggbb` with an opacity between 0 and 1. */
function faded(hex: string, opacity: number): string {
  return `${hex}${Math.round(opacity * 255).toString(16).padStart(2, '0')}`
}

const bare = (hex: string): string => hex.slice(1)

/**
 * Puts the editor in the colours of the page. SQL is ink, muted and two quiet hues of its own: blue and
 * gold are left to what they mean.
 */
export function applyEditorTheme(shownTheme: 'light' | 'dark'): void {
  const isDark = shownTheme === 'dark'
  const ink = token('ink')
  const muted = token('muted')
  const string = isDark ? '#a9c7a0' : '#3f6b3a'
  const number = isDark ? '#d6a58f' : '#8f4a2b'
  const keyword = isDark ? '#c3a9dc' : '#6b4a8a'
  monaco.editor.defineTheme('millrace', {
    base: isDark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: '', foreground: bare(ink) },
      { token: 'keyword', foreground: bare(keyword), fontStyle: 'bold' },
      { token: 'operator', foreground: bare(muted) },
      { token: 'delimiter', foreground: bare(muted) },
      { token: 'string', foreground: bare(string) },
      { token: 'number', foreground: bare(number) },
      { token: 'comment', foreground: bare(muted), fontStyle: 'italic' },
      { token: 'identifier', foreground: bare(ink) },
    ],
    colors: {
      'editor.background': token('paper'),
      'editor.foreground': ink,
      'editorCursor.foreground': ink,
      'editorLineNumber.foreground': token('faint'),
      'editorLineNumber.activeForeground': ink,
      'editor.lineHighlightBackground': '#00000000',
      'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': faded(token('source-fill'), isDark ? 0.4 : 0.26),
      'editor.inactiveSelectionBackground': faded(token('source-fill'), 0.16),
      'editor.wordHighlightBackground': faded(ink, 0.08),
      'editorBracketMatch.background': faded(ink, 0.1),
      'editorBracketMatch.border': '#00000000',
      'editorIndentGuide.background1': token('line'),
      'editorError.foreground': token('bad'),
      'editorWidget.background': token('raised'),
      'editorWidget.border': token('line-strong'),
      'editorSuggestWidget.background': token('raised'),
      'editorSuggestWidget.border': token('line-strong'),
      'editorSuggestWidget.foreground': ink,
      'editorSuggestWidget.selectedBackground': faded(ink, 0.09),
      'editorSuggestWidget.selectedForeground': ink,
      'editorSuggestWidget.highlightForeground': keyword,
      'editorSuggestWidget.focusHighlightForeground': keyword,
      'editorHoverWidget.background': token('raised'),
      'editorHoverWidget.border': token('line-strong'),
      'symbolIcon.functionForeground': keyword,
      'symbolIcon.fieldForeground': muted,
      'symbolIcon.classForeground': ink,
      'symbolIcon.interfaceForeground': ink,
      'symbolIcon.moduleForeground': ink,
      'symbolIcon.variableForeground': muted,
      'symbolIcon.keywordForeground': muted,
      'scrollbarSlider.background': faded(ink, 0.14),
      'scrollbarSlider.hoverBackground': faded(ink, 0.22),
      'scrollbarSlider.activeBackground': faded(ink, 0.3),
      'scrollbar.shadow': '#00000000',
      'editorOverviewRuler.border': '#00000000',
      'editorGutter.background': token('paper'),
      focusBorder: token('focus'),
      'input.background': token('paper'),
      'input.border': token('line-strong'),
      'menu.background': token('raised'),
      'menu.foreground': ink,
      'menu.selectionBackground': faded(ink, 0.09),
      'menu.selectionForeground': ink,
      'menu.border': token('line-strong'),
      'widget.shadow': isDark ? '#00000080' : '#1b1c1e22',
    },
  })
  monaco.editor.setTheme('millrace')
}

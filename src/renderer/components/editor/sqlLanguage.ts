import type { languages } from 'monaco-editor/editor'
import { offeredKeywords, replicaKeywords, reservedWords } from '../sql/keywords.ts'

export const SQL_LANGUAGE = 'millrace-sql'

const moreKeywords = [
  'by', 'rows', 'range', 'groups', 'within', 'ties', 'nulls', 'first', 'last', 'recursive', 'materialized', 'only',
  'values', 'exists', 'between', 'outer', 'escape', 'at', 'zone', 'view', 'set', 'reset', 'ordinality', 'insert',
  'update', 'delete', 'drop', 'alter', 'begin', 'commit', 'rollback', 'truncate', 'sets', 'cube', 'rollup',
]
const keywords = [
  ...new Set([
    ...reservedWords,
    ...[...offeredKeywords, ...replicaKeywords].flatMap((words) => words.toLowerCase().split(' ')),
    ...moreKeywords,
  ]),
]

export const sqlConfiguration: languages.LanguageConfiguration = {
  comments: { lineComment: '--', blockComment: ['/*', '*/'] },
  brackets: [['{', '}'], ['[', ']'], ['(', ')']],
  autoClosingPairs: [
    { open: '{', close: '}' },
    { open: '[', close: ']' },
    { open: '(', close: ')' },
    { open: '"', close: '"', notIn: ['string', 'comment'] },
    { open: "'", close: "'", notIn: ['string', 'comment'] },
  ],
  wordPattern: /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/,
}

/** The colours of SQL as both engines read it: dollar quotes, nested comments and escape strings too. */
export const sqlColours: languages.IMonarchLanguage = {
  ignoreCase: true,
  defaultToken: '',
  keywords,
  tokenizer: {
    root: [
      [/\s+/, ''],
      [/--.*$/, 'comment'],
      [/\/\*/, 'comment', '@comment'],
      [/\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/, { token: 'string', next: '@dollar.$0' }],
      [/\$\d+/, 'number'],
      [/e'/, 'string', '@escapeString'],
      [/'/, 'string', '@string'],
      [/"/, 'identifier', '@quotedName'],
      [/(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/, 'number'],
      [/[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/, { cases: { '@keywords': 'keyword', '@default': 'identifier' } }],
      [/[<>=!%&+\-*/|~^:]+?/, 'operator'],
      [/[;,.()[\]{}]/, 'delimiter'],
    ],
    comment: [
      [/\/\*/, 'comment', '@push'],
      [/\*\//, 'comment', '@pop'],
      [/[^/*]+|./, 'comment'],
    ],
    string: [
      [/''|[^']+/, 'string'],
      [/'/, 'string', '@pop'],
    ],
    escapeString: [
      [/\\.|''|[^'\\]+/, 'string'],
      [/'/, 'string', '@pop'],
    ],
    quotedName: [
      [/""|[^"]+/, 'identifier'],
      [/"/, 'identifier', '@pop'],
    ],
    dollar: [
      [/[^$]+/, 'string'],
      [
        /\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/,
        { cases: { '$0==$S2': { token: 'string', next: '@pop' }, '@default': 'string' } },
      ],
      [/\$/, 'string'],
    ],
  },
}

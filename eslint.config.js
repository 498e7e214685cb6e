import tseslint from 'typescript-eslint'
import { importRules } from './scripts/lint/importRules.mjs'

const root = import.meta.dirname
const typed = ['src/**/*.{ts,tsx}', 'tests/**/*.{ts,tsx}']

export default tseslint.config(
  { ignores: ['out/**', 'node_modules/**', 'test-results/**', 'bench/.data/**'] },
  {
    files: ['**/*.{ts,tsx,js,mjs,cjs}'],
    languageOptions: { parser: tseslint.parser },
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-debugger': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-unsafe-finally': 'error',
      'no-self-compare': 'error',
      'no-throw-literal': 'error',
      'no-template-curly-in-string': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: typed,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    files: ['src/main/**/*.ts'],
    ignores: ['src/main/engine/store/interruption.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression[callee.property.name='interrupt'][callee.object.property.name='connection']", message: 'Use interrupt() of store/interruption.ts: it spares a COMMIT.' },
        { selector: "CallExpression[callee.property.name='run'][arguments.0.value='COMMIT']", message: 'Use commit() of store/interruption.ts: no interrupt reaches it.' },
      ],
    },
  },
  // Programs that talk to a terminal.
  { files: ['src/main/hosts/headless/**/*.ts', 'scripts/**', 'bench/**'], rules: { 'no-console': 'off' } },
  // A test may hold many promises of one subject.
  { files: ['tests/**'], rules: { 'max-lines': ['error', { max: 800, skipBlankLines: true, skipComments: true }] } },
  ...importRules(root),
)

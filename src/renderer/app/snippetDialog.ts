import { create } from 'zustand'
import type { Snippet } from '../../main/contract/settings.ts'
import { changePreferences, usePreferences } from './preferences.ts'

/** The snippet that is being written; `before` is the one that it takes the place of. */
export const useSnippetDialog = create<{ draft: Snippet | null; before: Snippet | null }>()(() => ({ draft: null, before: null }))

/** Opens the dialog, for a new snippet or to change one. */
export function editSnippet(draft: Snippet, before: Snippet | null = null): void {
  useSnippetDialog.setState({ draft, before })
}

export function closeSnippetDialog(): void {
  useSnippetDialog.setState({ draft: null, before: null })
}

/** In order of the letters that bring them up. */
export async function keepSnippet(snippet: Snippet, before: Snippet | null): Promise<void> {
  const others = usePreferences.getState().preferences.snippets.filter((other) => other !== before)
  await changePreferences({ snippets: [...others, snippet].sort((a, b) => a.prefix.localeCompare(b.prefix)) })
}

export async function removeSnippet(snippet: Snippet): Promise<void> {
  await changePreferences({ snippets: usePreferences.getState().preferences.snippets.filter((other) => other !== snippet) })
}

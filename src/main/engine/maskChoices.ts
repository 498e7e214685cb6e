import type { MaskChoice } from '../contract/masks.ts'
import type { MaskRequest } from './masking/maskRequests.ts'

/** What a person has chosen in the window, in the words of the engine. */
export function requestsOf(choices: readonly MaskChoice[]): MaskRequest[] {
  return choices.map(({ schema, name, column, rule }) => ({ schema, table: name, column, rule: rule ?? 'none' }))
}

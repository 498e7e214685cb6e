/** What was seen of one key at one look: the replica first, the source after it. */
export interface Observation {
  /** The replica's rows of this key by their place in the file; a changed row gets another place. */
  places: string
  copies: number
  /**
   * Names the version of the source's row: table, place and writing transaction. Every update makes another.
   * https://www.postgresql.org/docs/current/ddl-system-columns.html; null where the source has no such row.
   */
  mark: string | null
  /** True where both sides have the same, be it nothing. */
  isSame: boolean
}

export type Judgement = 'same' | 'missing' | 'extra' | 'altered' | 'unsettled'

/**
 * Whether a difference is one, or only a change on its way.
 *
 * Look *i* reads the replica (R*i*, which holds exactly what was committed before some log position V*i*), then the
 * source (S*i*); after that the source's position P*i* is taken, and the next look waits until the replica shows
 * everything before P*i*. So P*i* <= V*i+1*; S*i* holds nothing that commits after P*i*, and all that committed
 * before V*i*.
 *
 * - Equal at one look: there is nothing to tell.
 * - The source's row is the same version in S*i* and S*i+1*: it was written before P*i*, so the replica at V*i+1* must
 *   have it, and no change that committed before V*i+1* has replaced it, or S*i+1* would show that. R*i+1* that
 *   differs is wrong: the row is missing, altered, or doubled.
 * - The source had no row in S*i*, and the replica's rows kept their places from R*i* to R*i+1*: every change that the
 *   stream brings for a key deletes or inserts a row, so none committed between V*i* and V*i+1*, and S*i*, which lies
 *   between them, should have seen what the replica has. The rows are extra.
 * - Anything else has changed between the looks and is looked at again.
 *
 * The one gap: a commit stands in the log a moment before others on the source can see it, which is long only while
 * it waits for a synchronous standby. While any commit is seen waiting so, nothing is judged.
 */
export function judge(before: Observation | null, now: Observation): Judgement {
  if (now.isSame) return 'same'
  if (!before) return 'unsettled'
  if (now.mark !== null) {
    if (now.mark !== before.mark) return 'unsettled'
    if (now.copies === 0) return 'missing'
    return now.copies === 1 ? 'altered' : 'extra'
  }
  return before.mark === null && now.copies > 0 && now.places === before.places ? 'extra' : 'unsettled'
}

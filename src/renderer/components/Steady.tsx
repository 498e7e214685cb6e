import { Fragment } from 'react'

/**
 * A sentence whose digits are all of one width, so that a figure that changes does not move the words.
 * Only the digits: Inter's tabular figures widen hyphens too, and names have those.
 */
export function Steady({ text }: { text: string }) {
  return text.split(/(\d[\d.\u202f]*)/).map((part, index) => (
    <Fragment key={index}>{index % 2 === 1 ? <span className="figure">{part}</span> : part}</Fragment>
  ))
}

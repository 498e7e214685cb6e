import { useMemo, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { ChevronRight } from 'lucide-react'
import { Button } from '../Button.tsx'
import { classes } from '../classes.ts'
import { CopyButton } from '../CopyButton.tsx'
import { formatMany } from '../format.ts'
import { useVirtualRows } from '../useVirtualRows.ts'
import { foldedAtFirst, pathOf, unfoldedNodes } from './jsonTree.ts'
import type { JsonNode } from './jsonTree.ts'
import { SearchBar, useMatchSteps } from './SearchBar.tsx'
import styles from './JsonTree.module.css'

const ROW_PIXELS = 22
const INDENT_PIXELS = 16
const PAGE_ROWS = 15
/** Trees of no more values than this are shown whole. */
const SHOWN_WHOLE = 400
/** A string of a whole page belongs into the text, not on one line. */
const SHOWN_CHARACTERS = 300
const FOUND_AT_MOST = 2_000

function valueWords(node: JsonNode, text: string): string {
  if (node.kind === 'object') return node.size === 0 ? '{}' : formatMany(node.size, 'key')
  if (node.kind === 'array') return node.size === 0 ? '[]' : formatMany(node.size, 'item')
  const value = text.slice(node.from, Math.min(node.to, node.from + SHOWN_CHARACTERS))
  return node.to - node.from > SHOWN_CHARACTERS ? `${value}…` : value
}

function nameWords(node: JsonNode): string {
  if (node.key !== null) return node.key.slice(1, -1)
  return node.parent === -1 ? '$' : String(node.position)
}

/** The ARIA tree: https://www.w3.org/WAI/ARIA/apg/patterns/treeview/. Ctrl+C copies the value in hand. */
export function JsonTree({ text, nodes, label }: { text: string; nodes: readonly JsonNode[]; label: string }) {
  const [folded, setFolded] = useState<ReadonlySet<number>>(() => foldedAtFirst(nodes, SHOWN_WHOLE))
  const [active, setActive] = useState(0)
  const [search, setSearch] = useState('')
  const frame = useRef<HTMLDivElement>(null)
  const seen = useMemo(() => unfoldedNodes(nodes, folded), [nodes, folded])
  const virtual = useVirtualRows(frame, seen.length, ROW_PIXELS)
  const activeRow = Math.max(0, seen.indexOf(active))

  const found = useMemo(() => {
    const words = search.toLowerCase()
    if (words === '') return []
    return nodes
      .flatMap((node, at) => {
        const own = node.size > 0 ? (node.key ?? '') : `${node.key ?? ''} ${text.slice(node.from, node.to)}`
        return own.toLowerCase().includes(words) ? [at] : []
      })
      .slice(0, FOUND_AT_MOST)
  }, [nodes, text, search])
  const isFound = useMemo(() => new Set(found), [found])
  const steps = useMatchSteps(found.length, search, (at) => goTo(found[at]!))

  /** Whatever is folded above it is unfolded. */
  function goTo(at: number): void {
    const open = new Set(folded)
    for (let above = nodes[at]!.parent; above !== -1; above = nodes[above]!.parent) open.delete(above)
    if (open.size !== folded.size) setFolded(open)
    setActive(at)
    const row = (open.size === folded.size ? seen : unfoldedNodes(nodes, open)).indexOf(at)
    // The tree has its new height with the next frame.
    requestAnimationFrame(() => virtual.reveal(row))
  }

  function toggle(at: number): void {
    const next = new Set(folded)
    if (!next.delete(at)) next.add(at)
    setFolded(next)
  }

  function onKeyDown(event: KeyboardEvent): void {
    const node = nodes[active]!
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c') {
      if (window.getSelection()?.isCollapsed === false) return
      event.preventDefault()
      void navigator.clipboard.writeText(text.slice(node.from, node.to))
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const toRow = (row: number): void => goTo(seen[Math.min(seen.length - 1, Math.max(0, row))]!)
    const isOpen = node.size > 0 && !folded.has(active)
    const moves: Record<string, () => void> = {
      ArrowDown: () => toRow(activeRow + 1),
      ArrowUp: () => toRow(activeRow - 1),
      PageDown: () => toRow(activeRow + PAGE_ROWS),
      PageUp: () => toRow(activeRow - PAGE_ROWS),
      Home: () => toRow(0),
      End: () => toRow(seen.length - 1),
      ArrowRight: () => (isOpen ? toRow(activeRow + 1) : node.size > 0 ? toggle(active) : undefined),
      ArrowLeft: () => (isOpen ? toggle(active) : node.parent === -1 ? undefined : goTo(node.parent)),
      Enter: () => (node.size > 0 ? toggle(active) : undefined),
      ' ': () => (node.size > 0 ? toggle(active) : undefined),
    }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    move()
  }

  const node = nodes[active]!
  const path = pathOf(nodes, active)
  const containers = useMemo(() => nodes.flatMap(({ size }, at) => (size > 0 && at > 0 ? [at] : [])), [nodes])
  return (
    <>
      <SearchBar label="Search keys and values" search={search} onSearch={setSearch} steps={steps} isCut={found.length === FOUND_AT_MOST}>
        {containers.length > 0 && (
          <Button
            size="small" variant="quiet"
            onClick={() => setFolded(folded.size === 0 ? new Set(containers) : new Set())}
          >
            {folded.size === 0 ? 'Fold all' : 'Unfold all'}
          </Button>
        )}
      </SearchBar>
      <div
        ref={frame}
        role="tree"
        aria-label={label}
        tabIndex={0}
        className={styles.tree}
        aria-activedescendant={`json-node-${active}`}
        onKeyDown={onKeyDown}
      >
        <div role="none" style={{ height: virtual.totalPixels, position: 'relative' }}>
          {seen.slice(virtual.from, virtual.to).map((at, offset) => {
            const shown = nodes[at]!
            const isMember = shown.key === null && shown.parent !== -1
            return (
              <div
                key={at}
                id={`json-node-${at}`}
                role="treeitem"
                aria-level={shown.depth + 1}
                aria-posinset={shown.position + 1}
                aria-setsize={nodes[shown.parent]?.size ?? 1}
                aria-expanded={shown.size > 0 ? !folded.has(at) : undefined}
                aria-selected={at === active}
                data-found={isFound.has(at) || undefined}
                className={classes(styles.row, at === active && styles.active)}
                style={{ top: (virtual.from + offset) * ROW_PIXELS, paddingLeft: 6 + shown.depth * INDENT_PIXELS }}
                onClick={() => setActive(at)}
                onDoubleClick={() => shown.size > 0 && toggle(at)}
              >
                <span
                  className={classes(styles.chevron, shown.size > 0 && !folded.has(at) && styles.open)}
                  onClick={() => shown.size > 0 && toggle(at)}
                  onDoubleClick={(event) => event.stopPropagation()}
                >
                  {shown.size > 0 && <ChevronRight size={14} strokeWidth={1.75} aria-hidden />}
                </span>
                <span className={classes(styles.name, isMember && styles.position)}>{nameWords(shown)}</span>
                <span className={styles.value} data-kind={shown.kind} data-size={shown.size > 0 || undefined}>
                  {valueWords(shown, text)}
                </span>
              </div>
            )
          })}
        </div>
      </div>
      <footer className={styles.foot}>
        <code title={path}>{path}</code>
        <CopyButton key={`path-${active}`} text={path} label="Copy the path" />
        <CopyButton key={`value-${active}`} text={text.slice(node.from, node.to)} label="Copy the value" />
      </footer>
    </>
  )
}

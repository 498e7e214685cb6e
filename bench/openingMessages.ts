/** What the program is to do: open the file on the source, and follow until it has caught up. */
export interface OpeningOrder {
  address: { host: string; port: number; user?: string; database: string }
  file: string
  folder: string
  tables: string[]
  /** Connections that ask one dashboard query after another meanwhile, in the engine's own process. */
  readers: number
  /** Stay for so long after it has caught up. */
  lingerMs: number
}

export interface QueryTime {
  /** What the query asks for. */
  query: string
  ms: number
}

/** What it measured, from the call that opens the engine. */
export interface OpeningMeasured {
  streamingMs: number
  caughtUpMs: number
  queryTimes: QueryTime[]
  /** The same queries once it had caught up, one after another; none where there were no readers. */
  restingQueryTimes: QueryTime[]
  /** Memory of the process every second of the lingering. */
  memoryBytes: number[]
  /** What DuckDB's own account says of it, mostly blocks of the file that it keeps up to its limit. */
  duckdbBytes: number[]
  peakBytes: number
}

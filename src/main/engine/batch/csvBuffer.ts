const COMMA = 0x2c
const QUOTE = 0x22
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
/** Up to here a byte loop is cheaper than a call into the runtime's native search and copy. */
const SHORT_VALUE_BYTES = 40

/**
 * CSV as DuckDB reads it back without guessing: NULL is an unquoted empty field, the empty string is
 * `""`, and a field is quoted only where it must be. Values are copied as bytes, never decoded.
 * The buffer grows by doubling; `reserve` is called once a row with the worst case.
 */
export class CsvBuffer {
  bytes: Buffer
  length = 0
  /** Some value holds a line break: the file must not be cut at line ends by parallel readers. */
  hasLineBreaks = false
  longestRowBytes = 0
  private rowStart = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** Room for `worstBytes` more. */
  reserve(worstBytes: number): void {
    const needed = this.length + worstBytes
    if (needed <= this.bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }

  startRow(): void {
    this.rowStart = this.length
  }

  /** Ends the row: the last field's comma becomes the line end. */
  endRow(): void {
    this.bytes[this.length - 1] = LINE_FEED
    const rowBytes = this.length - this.rowStart
    if (rowBytes > this.longestRowBytes) this.longestRowBytes = rowBytes
  }

  nullField(): void {
    this.bytes[this.length++] = COMMA
  }

  /** A field of one ASCII letter. */
  letterField(letter: number): void {
    this.bytes[this.length++] = letter
    this.bytes[this.length++] = COMMA
  }

  numberField(value: number): void {
    let digits = 1
    for (let bound = 10; value >= bound; bound *= 10) digits++
    let rest = value
    for (let place = this.length + digits - 1; place >= this.length; place--) {
      const next = Math.floor(rest / 10)
      this.bytes[place] = 0x30 + (rest - next * 10)
      rest = next
    }
    this.length += digits
    this.bytes[this.length++] = COMMA
  }

  /** A field whose text is known to need no quotes and not to be empty. */
  plainField(source: Buffer, start: number, end: number): void {
    const { bytes } = this
    let length = this.length
    if (end - start <= SHORT_VALUE_BYTES) {
      for (let offset = start; offset < end; offset++) bytes[length++] = source[offset]!
    } else {
      length += source.copy(bytes, length, start, end)
    }
    bytes[length++] = COMMA
    this.length = length
  }

  textField(source: Buffer, start: number, end: number): void {
    if (start === end) {
      this.bytes[this.length++] = QUOTE
      this.bytes[this.length++] = QUOTE
      this.bytes[this.length++] = COMMA
    } else if (end - start > SHORT_VALUE_BYTES) {
      this.longTextField(source, start, end)
    } else {
      const { bytes } = this
      const fieldStart = this.length
      let length = fieldStart
      for (let offset = start; offset < end; offset++) {
        const byte = source[offset]!
        if (byte === COMMA || byte === QUOTE || byte === LINE_FEED || byte === CARRIAGE_RETURN) {
          this.quotedField(source, start, end)
          return
        }
        bytes[length++] = byte
      }
      bytes[length++] = COMMA
      this.length = length
    }
  }

  private longTextField(source: Buffer, start: number, end: number): void {
    const value = source.subarray(start, end)
    if (value.includes(LINE_FEED) || value.includes(CARRIAGE_RETURN)) this.hasLineBreaks = true
    let length = this.length
    this.bytes[length++] = QUOTE
    let from = 0
    for (let quote = value.indexOf(QUOTE); quote !== -1; quote = value.indexOf(QUOTE, from)) {
      length += value.copy(this.bytes, length, from, quote + 1)
      this.bytes[length++] = QUOTE
      from = quote + 1
    }
    length += value.copy(this.bytes, length, from)
    this.bytes[length++] = QUOTE
    this.bytes[length++] = COMMA
    this.length = length
  }

  private quotedField(source: Buffer, start: number, end: number): void {
    const { bytes } = this
    let length = this.length
    bytes[length++] = QUOTE
    for (let offset = start; offset < end; offset++) {
      const byte = source[offset]!
      if (byte === QUOTE) bytes[length++] = QUOTE
      else if (byte === LINE_FEED || byte === CARRIAGE_RETURN) this.hasLineBreaks = true
      bytes[length++] = byte
    }
    bytes[length++] = QUOTE
    bytes[length++] = COMMA
    this.length = length
  }
}

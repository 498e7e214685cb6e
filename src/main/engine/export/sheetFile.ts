import { writeXlsxStream } from 'hucre/xlsx'
import type { Cell, ResultColumn } from '../../contract/values.ts'
import { isExactAsFloat } from './textFormats.ts'

/** https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3 */
const CELL_CHARACTERS = 32_767
const MOST_COLUMNS = 16_384

const DAY = /^\d{4}-\d\d-\d\d$/
const INSTANT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?(\+00)?$/
/** Excel's calendar begins in 1900 and is wrong before March of it. */
const FIRST_YEAR = 1901

type SheetCell = string | number | boolean | Date | null

export interface Sheet {
  /** The file's bytes, as the rows come. */
  bytes: AsyncIterable<Uint8Array>
  /** To be asked once the bytes have ended: what the format could not keep. */
  notes(): string[]
}

/**
 * An Excel workbook whose numbers are numbers where Excel has every digit of them, and text otherwise.
 * Times are to the millisecond, in UTC. Rows beyond a sheet's 1,048,576 go on in the next sheet.
 */
export function sheetOf(
  columns: readonly ResultColumn[],
  headers: boolean,
  blocks: AsyncIterable<readonly (readonly Cell[])[]>,
): Sheet {
  let cutCells = 0
  const cellOf = (value: Cell, column: ResultColumn): SheetCell => {
    if (value === null) return null
    if (column.kind === 'boolean') return value === 'true' || value === 't'
    if (isExactAsFloat(value, column)) return Number(value)
    if (column.kind === 'instant') return dateOf(value) ?? value
    if (value.length <= CELL_CHARACTERS) return legible(value)
    cutCells += 1
    return legible(value.slice(0, CELL_CHARACTERS))
  }
  async function* rows(): AsyncGenerator<SheetCell[]> {
    for await (const block of blocks) {
      for (const row of block) yield row.map((value, at) => cellOf(value, columns[at]!))
    }
  }
  const format = (column: ResultColumn): { numFmt?: string } => {
    if (column.kind !== 'instant') return {}
    return { numFmt: /^date$/i.test(column.type) ? 'yyyy-mm-dd' : 'yyyy-mm-dd hh:mm:ss.000' }
  }
  const stream = writeXlsxStream(rows(), {
    name: 'Result',
    columns: columns.slice(0, MOST_COLUMNS).map((column, at) => ({
      key: `c${at}`,
      ...(headers ? { header: column.name } : {}),
      ...format(column),
    })),
  })
  return {
    bytes: stream as unknown as AsyncIterable<Uint8Array>,
    notes() {
      return [
        ...(cutCells > 0 ? [`${cutCells} values were longer than the 32,767 characters that Excel holds, and were cut.`] : []),
        ...(columns.length > MOST_COLUMNS ? ['Columns beyond the 16,384 that Excel holds were left out.'] : []),
      ]
    },
  }
}

/** XML 1.0 has no place for most control characters. */
function legible(text: string): string {
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
}

function dateOf(value: string): Date | null {
  const instant = INSTANT.exec(value)
  const iso = DAY.test(value)
    ? `${value}T00:00:00Z`
    : instant && `${instant[1]}T${instant[2]}${(instant[3] ?? '').slice(0, 4)}Z`
  if (!iso || Number(value.slice(0, 4)) < FIRST_YEAR) return null
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? null : date
}

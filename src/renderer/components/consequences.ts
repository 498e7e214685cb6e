import type { FaultCode } from '../../main/contract/errors.ts'
import { faultOf } from '../../main/contract/errors.ts'
import type { Fault } from '../../main/contract/errors.ts'

const NOTHING_MADE = 'Nothing was made on the source.'
const NOTHING_LOST = 'Nothing is lost: the file keeps what it has, and the source keeps the rest for it.'
const ONE_TABLE = 'This table stands still; the others go on.'
const FILE_UNTOUCHED = 'The file was not touched.'
const NO_DATA_TOUCHED = 'No data was changed.'

/** What a failure means for the data, one sentence a code; empty where the message has said it. */
const consequences: Record<FaultCode, string> = {
  ADDRESS_INVALID: '',
  CONNECT_REFUSED: NOTHING_MADE,
  CONNECT_TIMEOUT: NOTHING_MADE,
  CONNECT_HOST_UNKNOWN: NOTHING_MADE,
  CONNECT_TLS: 'Nothing was sent over the connection, no password either.',
  AUTHENTICATION_FAILED: NOTHING_MADE,
  DATABASE_MISSING: NOTHING_MADE,
  PASSWORD_NEEDED: NOTHING_LOST,
  CONNECTION_LOST: NOTHING_LOST,
  SERVER_TOO_OLD: NOTHING_MADE,
  SERVER_TOO_NEW: NOTHING_MADE,
  WAL_LEVEL_NOT_LOGICAL: NOTHING_MADE,
  NO_FREE_SLOT: NOTHING_MADE,
  NO_FREE_SENDER: NOTHING_MADE,
  NO_REPLICATION_PRIVILEGE: NOTHING_MADE,
  NO_SELECT_PRIVILEGE: NOTHING_MADE,
  NO_PUBLICATION_PRIVILEGE: NOTHING_MADE,
  NO_TABLES: NOTHING_MADE,
  PREFLIGHT_FAILED: NOTHING_MADE,
  SLOT_IN_USE: NOTHING_LOST,
  SLOT_MISSING: 'Changes since the last checkpoint cannot be read any more; the file stays as it was then.',
  SLOT_LOST: 'The source has thrown away log that was still needed; the file stays as it was then.',
  SLOT_AHEAD: 'Changes between the file and the slot are gone, so the file stays as it was.',
  SLOT_WAITS: NOTHING_LOST,
  SLOT_NAME_TAKEN: NOTHING_MADE,
  PUBLICATION_NAME_TAKEN: NOTHING_MADE,
  PUBLICATION_CHANGED: 'Some changes may not have been sent; the file stays as it was before.',
  SOURCE_DIFFERS: FILE_UNTOUCHED,
  SOURCE_RESTORED: 'The file may hold transactions that the source no longer has; it stays as it was.',
  STREAM_UNREADABLE: 'Nothing of what could not be read was written to the file.',
  SOURCE_QUERY_FAILED: NOTHING_LOST,
  TABLE_CHANGED: ONE_TABLE,
  TABLE_UNDESCRIBED_CHANGE: ONE_TABLE,
  TABLE_VALUE_UNREPRESENTABLE: ONE_TABLE,
  TABLE_APPLY_FAILED: ONE_TABLE,
  TABLE_MISSING: ONE_TABLE,
  MASK_COLUMN_MISSING: 'Nothing was copied for it.',
  MASK_ON_KEY: 'Nothing was copied for it.',
  MASK_KEY_MISSING: NOTHING_LOST,
  VERIFY_RUNNING: NO_DATA_TOUCHED,
  NOT_FOLLOWING: NO_DATA_TOUCHED,
  FILE_IN_USE: FILE_UNTOUCHED,
  FILE_FOREIGN: FILE_UNTOUCHED,
  FILE_TOO_NEW: FILE_UNTOUCHED,
  FILE_DAMAGED: 'The source is not affected; its data can be copied again.',
  FILE_READ_ONLY: FILE_UNTOUCHED,
  FILE_MISSING: 'The source is not affected; its data can be copied again.',
  DISK_FULL: NOTHING_LOST,
  MEMORY_SHORT: NOTHING_LOST,
  FILE_EXISTS: FILE_UNTOUCHED,
  FILE_UNWRITABLE: 'No half file is left behind.',
  QUERY_FAILED: '',
  QUERY_CANCELLED: '',
  QUERY_TIMEOUT: NO_DATA_TOUCHED,
  QUERY_UNKNOWN: '',
  QUERY_WRITES: NO_DATA_TOUCHED,
  QUERY_EMPTY: '',
  QUERY_NOT_A_TABLE: '',
  CHART_COLUMN_MISSING: '',
  SCRATCH_UNAVAILABLE: 'The replica is not affected.',
  SCRATCH_NAME_TAKEN: 'Nothing was changed.',
  SCRATCH_IMPORT_FAILED: 'Nothing was kept of it; the replica is not affected.',
  SCRATCH_UPLOAD_LOST: 'Nothing was kept of it; the replica is not affected.',
  QUERY_PARAMETER: '',
  SAVED_QUERY_CHANGED: 'Nothing was overwritten: the file and your text are both as they were.',
  SAVED_QUERIES_FOLDER: 'Nothing was written.',
  DEMO_FAILED: 'Your own sources and files are not affected.',
  PORT_TAKEN: 'Your own sources and files are not affected.',
  WORKSPACE_NONE: '',
  WORKSPACE_UNKNOWN: '',
  USAGE: '',
  INPUT_INVALID: NO_DATA_TOUCHED,
  STOPPED: NOTHING_LOST,
  INTERNAL: 'What is in the file is safe: a batch is written whole or not at all.',
}

export function consequenceOf(code: FaultCode): string {
  return consequences[code]
}

/** What was thrown, as a fault that `ErrorNote` can show. */
export function faultOfThrown(thrown: unknown): Fault {
  return faultOf(thrown)
}

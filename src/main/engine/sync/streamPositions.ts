import type { Checkpoint } from '../model/checkpoint.ts'
import { laterLsn, lsnDistanceBytes, type Lsn } from '../model/lsn.ts'

/** How far or how long the idle position may run ahead of the file's checkpoint before it is written. */
const IDLE_CHECKPOINT_BYTES = 16 << 20
const IDLE_CHECKPOINT_MS = 5000

/** How far one stream is: received, visible in the replica, durable in its file. None of them goes back. */
export class StreamPositions {
  /** The last byte of log that has come. */
  received: Lsn
  /** Everything that committed before it has been received, and nothing that committed later. */
  private boundaryLsn: Lsn
  private visibleLsn: Lsn
  private written: Checkpoint
  private writtenAtMs: number

  constructor(checkpoint: Checkpoint, nowMs: number) {
    this.received = checkpoint.lsn
    this.boundaryLsn = checkpoint.lsn
    this.visibleLsn = checkpoint.lsn
    this.written = checkpoint
    this.writtenAtMs = nowMs
  }

  /** What the file says. */
  get checkpoint(): Checkpoint {
    return this.written
  }

  get boundary(): Lsn {
    return this.boundaryLsn
  }

  hear(lsn: Lsn): void {
    if (lsn > this.received) this.received = lsn
  }

  /** Between two transactions, with all from before `lsn` received. */
  reach(lsn: Lsn): void {
    this.hear(lsn)
    this.boundaryLsn = laterLsn(this.boundaryLsn, lsn)
  }

  /** The file has it. */
  write(checkpoint: Checkpoint, nowMs: number): void {
    this.written = checkpoint
    this.writtenAtMs = nowMs
  }

  /** Everything committed before this point can be queried; `isEmpty`: nothing received waits to be applied. */
  visible(isEmpty: boolean): Lsn {
    const lsn = isEmpty ? laterLsn(this.written.lsn, this.boundaryLsn) : this.written.lsn
    this.visibleLsn = laterLsn(this.visibleLsn, lsn)
    return this.visibleLsn
  }

  /** The visible position is so far ahead of the checkpoint, or has been for so long, that it is to be written. */
  isCheckpointDue(visibleLsn: Lsn, nowMs: number): boolean {
    const aheadBytes = lsnDistanceBytes(this.written.lsn, visibleLsn)
    return aheadBytes >= IDLE_CHECKPOINT_BYTES || (aheadBytes > 0 && nowMs - this.writtenAtMs >= IDLE_CHECKPOINT_MS)
  }
}

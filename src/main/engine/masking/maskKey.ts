import { createHash, createHmac } from 'node:crypto'

export const KEY_BYTES = 32

/** SHA-256 works on blocks of so many bytes. */
const BLOCK_BYTES = 64

/**
 * The key of the rule `hash`, which is HMAC-SHA-256 of the value's text: https://www.rfc-editor.org/rfc/rfc2104. The
 * source has sha256 and no HMAC, so it is given the two pads that HMAC makes of the key.
 */
export class MaskKey {
  // Private to the language, so that no log and no JSON shows it.
  readonly #bytes: Buffer

  /** Throws a RangeError where it is not `KEY_BYTES` long. */
  constructor(bytes: Buffer) {
    if (bytes.length !== KEY_BYTES) throw new RangeError('a key of another length')
    this.#bytes = bytes
  }

  /** 64 lower-case hex digits. */
  hash(text: Uint8Array): string {
    return createHmac('sha256', this.#bytes).update(text).digest('hex')
  }

  /** What stands before the value in the inner hash, and before that hash in the outer one, as hex. */
  pads(): { inner: string; outer: string } {
    const padded = Buffer.alloc(BLOCK_BYTES)
    this.#bytes.copy(padded)
    const pad = (byte: number): string => Buffer.from(padded.map((keyByte) => keyByte ^ byte)).toString('hex')
    return { inner: pad(0x36), outer: pad(0x5c) }
  }

  /** Tells this key from others, and nothing of it. */
  fingerprint(): string {
    return createHash('sha256').update('millrace mask key').update(this.#bytes).digest('hex').slice(0, 16)
  }
}

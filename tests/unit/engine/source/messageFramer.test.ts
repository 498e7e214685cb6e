import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageFramer } from '../../../../src/main/engine/source/wire.ts'

interface Message {
  type: number
  body: Buffer
}

function bytesOf({ type, body }: Message): Buffer {
  const bytes = Buffer.alloc(5 + body.length)
  bytes[0] = type
  bytes.writeUInt32BE(4 + body.length, 1)
  body.copy(bytes, 5)
  return bytes
}

/** What comes out where the stream is cut at these places. */
function framed(stream: Buffer, cuts: readonly number[]): Message[] {
  const seen: Message[] = []
  const framer = new MessageFramer((type, bytes, start, end) => {
    seen.push({ type, body: Buffer.from(bytes.subarray(start, end)) })
  })
  const places = [0, ...[...cuts].sort((first, second) => first - second), stream.length]
  // A copy of each piece: the framer may not rely on what lies behind it.
  for (const [index, place] of places.slice(1).entries()) framer.push(Buffer.from(stream.subarray(places[index], place)))
  return seen
}

const message = fc.record({
  type: fc.integer({ min: 0x41, max: 0x7a }),
  body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
})

describe('messages of the wire', () => {
  it('come out whole wherever a single cut falls', () => {
    const messages = ['', 'a', 'hello', 'x'.repeat(40)].map((text, index) => ({ type: 0x64 + index, body: Buffer.from(text) }))
    const stream = Buffer.concat(messages.map(bytesOf))
    for (let cut = 0; cut <= stream.length; cut++) expect(framed(stream, [cut])).toEqual(messages)
  })

  it('come out whole where every byte comes alone', () => {
    const messages = ['', 'abc', ''].map((text) => ({ type: 0x64, body: Buffer.from(text) }))
    const stream = Buffer.concat(messages.map(bytesOf))
    expect(framed(stream, [...stream.keys()])).toEqual(messages)
  })

  it('come out whole and in order, whatever they are and however they are cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), fc.array(fc.nat(4000), { maxLength: 20 }), (messages, cuts) => {
        const stream = Buffer.concat(messages.map(bytesOf))
        expect(framed(stream, cuts.map((cut) => cut % (stream.length + 1)))).toEqual(messages)
      }),
    )
  })

  it('of megabytes come out whole, and the next one too', () => {
    const large = { type: 0x64, body: Buffer.alloc(3 << 20, 'x') }
    const small = { type: 0x64, body: Buffer.from('after') }
    const stream = Buffer.concat([large, small, large].map(bytesOf))
    const cuts = Array.from({ length: stream.length >> 16 }, (_, index) => index << 16)
    const seen = framed(stream, cuts)
    expect(seen).toHaveLength(3)
    for (const [index, sent] of [large, small, large].entries()) expect(seen[index]!.body.equals(sent.body)).toBe(true)
  })

  it.each([0, 3, 0x4000_0001, 0xffff_ffff])('a length of %i is no message, however it is cut', (length) => {
    const bytes = Buffer.from([0x64, 0, 0, 0, 0, 1, 2])
    bytes.writeUInt32BE(length, 1)
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(() => framed(bytes, [cut])).toThrow(expect.objectContaining({ code: 'STREAM_UNREADABLE' }))
    }
  })
})

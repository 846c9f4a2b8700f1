import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeChunk, decodeCheckpointHeader, encodeChunk, encodeCheckpointHeader } from '../src/checkpoint-codec.ts'
import { CorruptRecordError } from '../src/errors.ts'
import { currentFormats } from '../src/formats.ts'
import { decodeEntry, encodeEntry } from '../src/record.ts'

const bytes = fc.uint8Array({ maxLength: 300 })
const text = fc.string({ unit: 'grapheme', maxLength: 40 })

test('L8: an entry comes back from its record as it was', () => {
  fc.assert(
    fc.property(bytes, text, fc.maxSafeInteger(), text, (update, actor, at, tip) => {
      const { update: found, ...rest } = decodeEntry(
        encodeEntry({ update, actor, at, tip }, currentFormats),
        'a',
        7,
        currentFormats,
      )
      expect(rest).toEqual({ actor, at, tip, position: 7 })
      expect(Buffer.compare(found, update)).toBe(0)
    }),
  )
})

test('L8: whatever byte of a record is changed or cut, the error names document and position', () => {
  fc.assert(
    fc.property(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (update, where, change, cut) => {
      const record = encodeEntry({ update, actor: 'someone', at: 5, tip: 'tip' }, currentFormats)
      const index = where % record.byteLength
      if (cut) expect(() => decodeEntry(record.subarray(0, index), 'a', 7, currentFormats)).toThrow(CorruptRecordError)
      record[index] = (record[index] ?? 0) ^ change
      expect(() => decodeEntry(record, 'a', 7, currentFormats)).toThrow(/^document a, entry 7: /)
    }),
  )
})

test('L8: a record of another format says which one it is', () => {
  const record = encodeEntry({ update: new Uint8Array([1, 2]), actor: 'a', at: 1, tip: 't' }, currentFormats)
  record[0] = 9
  expect(() => decodeEntry(record, 'team/plan', 3, currentFormats)).toThrow(
    'document team/plan, entry 3: the record is of format 9, and this version of Weft reads format 1',
  )
})

test('L8: a chunk comes back as it was, compressed or not, and in a buffer of its own', async () => {
  for (const size of [0, 1, 4096, 4097, 300_000]) {
    for (const fill of [0, undefined]) {
      const chunk = new Uint8Array(size)
      if (fill === undefined) chunk.forEach((_, index) => (chunk[index] = (index * 2_654_435_761) >>> 13))
      const record = await encodeChunk(chunk, currentFormats)
      if (fill === 0 && size > 4096) expect(record.byteLength).toBeLessThan(size / 10)
      const found = decodeChunk(record, 'a', 0, currentFormats)
      expect(Buffer.compare(found, chunk)).toBe(0)
      expect(found.buffer.byteLength).toBe(size)
    }
  }
})

test('L8: a changed chunk and a changed header are errors that name the checkpoint', async () => {
  const record = await encodeChunk(new Uint8Array(10_000).fill(3), currentFormats)
  const header = encodeCheckpointHeader(
    {
      place: { epoch: 'e', position: 2 ** 40, tip: 't' },
      stateVector: new Uint8Array([1, 2, 3]),
      chunks: 2,
    },
    currentFormats,
  )
  expect(decodeCheckpointHeader(header, 'a', currentFormats)).toEqual({
    place: { epoch: 'e', position: 2 ** 40, tip: 't' },
    stateVector: new Uint8Array([1, 2, 3]),
    chunks: 2,
  })
  for (let index = 0; index < record.byteLength; index++) {
    const changed = Buffer.from(record)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(() => decodeChunk(changed, 'a', 5, currentFormats)).toThrow(/^document a, checkpoint: .*chunk 5 /)
  }
  for (let index = 0; index < header.byteLength; index++) {
    const changed = Buffer.from(header)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(() => decodeCheckpointHeader(changed, 'a', currentFormats)).toThrow(/^document a, checkpoint: .*header /)
    expect(() => decodeCheckpointHeader(header.subarray(0, index), 'a', currentFormats)).toThrow(CorruptRecordError)
  }
})

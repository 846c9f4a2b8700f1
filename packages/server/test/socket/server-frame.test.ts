import { expect, it } from 'vitest'
import { framed } from '../../src/socket/server-frame.ts'

it('S1: messages that go out in one write are frames of their own', () => {
  const [short, long] = [new Uint8Array([1, 2, 3]), new Uint8Array(300).fill(5)]
  expect(framed([short, long, short])).toEqual(
    Buffer.concat([
      new Uint8Array([0x82, 3]),
      short,
      new Uint8Array([0x82, 126, 1, 44]),
      long,
      new Uint8Array([0x82, 3]),
      short,
    ]),
  )
})

import { Context } from 'hono'
import { describe, expect, it } from 'vitest'
import { bodyOf } from '../../src/http/body-stream.ts'

/** Asked of the app itself, without a server. */
const context = new Context(new Request('http://localhost/'))

const unexpected = (error: unknown): never => {
  throw error
}

/** Parts of ten bytes, and what has become of them. */
function parts(
  count: number,
  failsAt?: number,
): { stream: AsyncIterable<Uint8Array>; made: () => number; ended: () => boolean } {
  let [made, ended] = [0, false]
  async function* stream(): AsyncGenerator<Uint8Array> {
    try {
      while (made < count) {
        if (made === failsAt) throw new Error('for the test')
        made++
        yield new Uint8Array(10)
      }
    } finally {
      ended = true
    }
  }
  return { stream: stream(), made: () => made, ended: () => ended }
}

describe('a body of what comes in parts', () => {
  it('asks for a part when the one before was taken, and for its first at once', async () => {
    const { stream, made, ended } = parts(3)
    const reader = (await bodyOf(context, stream, { brokeOff: unexpected })).getReader()
    expect(made()).toBe(1)
    await reader.read()
    expect(made()).toBe(1)
    await reader.read()
    expect(made()).toBe(2)
    await reader.read()
    expect((await reader.read()).done).toBe(true)
    expect(ended()).toBe(true)
  })

  it('makes as much as may wait before anybody takes it', async () => {
    const { stream, made } = parts(100)
    const reader = (await bodyOf(context, stream, { brokeOff: unexpected, ahead: 45 })).getReader()
    await reader.read()
    // What was begun ends in this turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
    expect(made()).toBe(6)
  })

  it('lets go of it where nobody reads on', async () => {
    const { stream, ended } = parts(3)
    const reader = (await bodyOf(context, stream, { brokeOff: unexpected })).getReader()
    await reader.read()
    await reader.cancel()
    expect(ended()).toBe(true)
  })

  it('throws what fails at once, and breaks off for what fails later', async () => {
    await expect(bodyOf(context, parts(3, 0).stream, { brokeOff: unexpected })).rejects.toThrow('for the test')
    const failures: unknown[] = []
    const reader = (
      await bodyOf(context, parts(3, 2).stream, { brokeOff: (error) => failures.push(error) })
    ).getReader()
    await reader.read()
    await reader.read()
    await expect(reader.read()).rejects.toThrow('for the test')
    expect(failures.map(String)).toEqual(['Error: for the test'])
  })
})

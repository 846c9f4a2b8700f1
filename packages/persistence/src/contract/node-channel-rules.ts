import { describe, expect, test } from 'vitest'
import type { NodeChannel } from '../node-channel.ts'

/** The channels of two nodes, named `node-a` and `node-b`, on which nobody listens yet. */
export interface NodeChannelFixture {
  readonly a: NodeChannel
  readonly b: NodeChannel
  readonly dispose: () => Promise<void>
}

/** A channel between nodes, to be put to the contract. */
export interface NodeChannelKind {
  readonly name: string
  create(): Promise<NodeChannelFixture>
}

/** Keeps what a node hears, for a test that waits for it. */
class Ear {
  readonly heard: string[] = []
  #wake = (): void => {}

  readonly hear = (message: string, from: string): void => {
    this.heard.push(`${from}: ${message}`)
    this.#wake()
  }

  /** Resolves once so many messages were heard. */
  async until(count: number): Promise<readonly string[]> {
    while (this.heard.length < count) await this.#next()
    return this.heard
  }

  async untilHeard(message: string): Promise<void> {
    while (!this.heard.includes(message)) await this.#next()
  }

  #next(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }
}

/** The contract of a channel between nodes, as tests. */
export function describeNodeChannel(kind: NodeChannelKind): void {
  const withChannels = async (work: (fixture: NodeChannelFixture) => Promise<void>): Promise<void> => {
    const fixture = await kind.create()
    try {
      await work(fixture)
    } finally {
      await fixture.dispose()
    }
  }

  describe(`a ${kind.name} channel between nodes`, () => {
    test('what is sent to a node is heard there as it was sent, in order, with who sent it, and nowhere else', () =>
      withChannels(async ({ a, b }) => {
        const [ears, others] = [new Ear(), new Ear()]
        await a.listen(ears.hear)
        await b.listen(others.hear)
        const texts = ['one', '', '{"text":"Zoë ✎\\n"}', 'two\nlines', 'x'.repeat(300_000)]
        for (const text of texts) expect(await a.send('node-b', text)).toBe(true)
        expect(await b.send('node-a', 'back')).toBe(true)
        expect(await others.until(texts.length)).toEqual(texts.map((text) => `node-a: ${text}`))
        expect(await ears.until(1)).toEqual(['node-b: back'])
        expect(await b.send('node-b', 'to itself')).toBe(true)
        expect((await others.until(texts.length + 1)).at(-1)).toBe('node-b: to itself')
        expect(ears.heard).toHaveLength(1)
      }))

    test('whoever sends is told whether anyone listens', () =>
      withChannels(async ({ a, b }) => {
        expect(await a.send('node-b', 'too early')).toBe(false)
        expect(await a.send('never was', 'x')).toBe(false)
        const ear = new Ear()
        const listening = await b.listen(ear.hear)
        expect(await a.send('node-b', 'one')).toBe(true)
        expect(await ear.until(1)).toEqual(['node-a: one'])
        listening.close()
        listening.close()
        await a.send('node-b', 'too late')
        const again = new Ear()
        await b.listen(again.hear)
        expect(await a.send('node-b', 'two')).toBe(true)
        // What was on its way when it began to listen, it may hear too.
        await again.untilHeard('node-a: two')
        expect(ear.heard).toHaveLength(1)
      }))
  })
}

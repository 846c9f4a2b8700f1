import { encodeUpdate } from '@weft/protocol'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import * as Y from 'yjs'
import { Replica } from '../../src/room/replica.ts'
import type { FakeClient } from '../support/fake-client.ts'
import { emptyDocument, RoomFixture, textOf } from '../support/room-fixture.ts'

/** What may happen in a room, in any order. `who` and the other numbers are taken modulo what there is. */
type Step =
  | { readonly do: 'type'; readonly who: number; readonly at: number; readonly text: string }
  | { readonly do: 'delete'; readonly who: number; readonly at: number; readonly length: number }
  | { readonly do: 'send'; readonly who: number; readonly frames: number }
  | { readonly do: 'hear'; readonly who: number; readonly frames: number }
  | { readonly do: 'pass'; readonly milliseconds: number }
  | { readonly do: 'durable' }
  | { readonly do: 'fail'; readonly taken: boolean }
  | { readonly do: 'reconnect'; readonly who: number }
  | { readonly do: 'join' }
  | { readonly do: 'garbage'; readonly who: number; readonly bytes: Uint8Array }

const who = fc.nat(20)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('type' as const),
      who,
      at: fc.nat(500),
      text: fc.string({ minLength: 1, maxLength: 40 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), who, at: fc.nat(500), length: fc.nat(20) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('send' as const), who, frames: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('hear' as const), who, frames: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), milliseconds: fc.nat(200) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('durable' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), taken: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('join' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('garbage' as const), who, bytes: fc.uint8Array({ maxLength: 30 }) }),
  },
)

/** A member's queue holds next to nothing and the socket fills at once, so that members fall behind all the time. */
const tightLimits = {
  memberWireBytes: 1,
  memberQueueBytes: 30,
  waitingBytesPerMember: 2_000,
  waitingBytesPerRoom: 4_000,
  updatesPerTurn: 2,
}

describe('whatever happens in a room', () => {
  it('R1, R2, R4, R9: members converge, and what was called saved is durable', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 120 }), async (steps) => {
        const world = new World(await RoomFixture.open(undefined, tightLimits))
        for (const next of steps) {
          await world.take(next)
          world.checkSaved()
        }
        await world.checkConverged()
      }),
      { numRuns: Number(process.env['WEFT_FUZZ_RUNS'] ?? 150), seed: seedOf('convergence') },
    )
  })
})

describe('R3: frames that were changed on their way', () => {
  it(
    'R3: cost their sender its connection at most; the room goes on and its log stays readable',
    { timeout: 60_000 },
    async () => {
      const change = fc.record({ at: fc.nat(), to: fc.nat(255), cut: fc.boolean(), whole: fc.boolean() })
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 40 }), async (changes) => {
          const fixture = await RoomFixture.open()
          const author = authorOfUpdates()
          const bystander = fixture.join()
          for (const { at, to, cut, whole } of changes) {
            const victim = fixture.join()
            const update = Uint8Array.from(whole ? author.state() : author.next())
            update[at % update.length] = to
            victim.sendFrame(encodeUpdate(cut ? update.slice(0, at % update.length) : update))
            victim.sendFrame(encodeUpdate(author.next()))
            fixture.surroundings.advance(60)
            await fixture.log.succeedAll()
            victim.drop()
          }
          bystander.text.insert(0, 'still here')
          await fixture.settle(bystander)
          if (bystander.wire.closed !== undefined) throw new Error('the bystander lost its connection')
          if (bystander.saved !== bystander.sentUpdates) throw new Error('something of the bystander is not saved')
          const durable = fixture.durable()
          const loaded = await loadedFrom(fixture)
          const joiner = fixture.join()
          await fixture.settle(joiner)
          for (const doc of [durable, loaded, joiner.doc]) {
            if (!textOf(doc).includes('still here')) throw new Error(`someone has "${textOf(doc)}"`)
          }
        }),
        {
          numRuns: Number(process.env['WEFT_FUZZ_RUNS'] ?? 150),
          seed: seedOf('changed frames'),
          examples: [[contradiction]],
        },
      )
    },
  )
})

/** What was found: of two changed frames and a changed state the second contradicts what waited of the first. */
const contradiction = [
  { at: 3, to: 56, cut: false, whole: false },
  { at: 0, to: 0, cut: false, whole: false },
  { at: 0, to: 0, cut: false, whole: true },
  { at: 25, to: 7, cut: false, whole: true },
  { at: 0, to: 0, cut: false, whole: false },
]

/** What a node has that loads the log. */
async function loadedFrom(fixture: RoomFixture): Promise<Y.Doc> {
  const entries = fixture.log.entries.map((entry, index) => ({ ...entry, position: index + 1, tip: String(index + 1) }))
  const replica = await Replica.hydrate({ ...emptyDocument, entries }, () => Promise.resolve())
  const doc = new Y.Doc()
  for (const update of replica.state()) Y.applyUpdate(doc, update)
  return doc
}

/** Someone who writes all that Yjs can hold, each update needing the one before. */
function authorOfUpdates(): { next(): Uint8Array; state(): Uint8Array } {
  const doc = new Y.Doc()
  // Fixed, so that a seed finds the same bytes at the same places again.
  doc.clientID = 7
  let last = new Uint8Array()
  doc.on('update', (update: Uint8Array) => (last = Uint8Array.from(update)))
  let count = 0
  return {
    next: () => {
      count++
      doc.transact(() => {
        doc.getText('t').insert(0, `text ${count}`)
        if (count % 3 === 0) doc.getText('t').delete(1, 3)
        doc.getMap('m').set(`key ${count % 4}`, { nested: [count, null, true, 'x'] })
        const paragraph = new Y.XmlElement('p')
        paragraph.setAttribute('n', String(count))
        doc.getXmlFragment('x').push([paragraph])
        doc.getArray('a').push([new Uint8Array([count % 256]), count / 3])
      })
      return last
    },
    state: () => Y.encodeStateAsUpdate(doc),
  }
}

/** A room with its clients, and what each of them was promised. */
class World {
  readonly #fixture: RoomFixture
  readonly #clients: FakeClient[] = []
  /** For each client, the state vector and deletes that it had sent with each of its frames. */
  readonly #sent = new WeakMap<FakeClient, Uint8Array[]>()

  constructor(fixture: RoomFixture) {
    this.#fixture = fixture
    this.#join()
    this.#join()
  }

  async take(next: Step): Promise<void> {
    switch (next.do) {
      case 'type': {
        const client = this.#client(next.who)
        client.text.insert(next.at % (client.text.length + 1), next.text)
        return
      }
      case 'delete': {
        const { text } = this.#client(next.who)
        const at = next.at % (text.length + 1)
        text.delete(at, Math.min(next.length, text.length - at))
        return
      }
      case 'send':
        for (let i = 0; i < next.frames; i++) this.#send(this.#client(next.who))
        return
      case 'hear':
        this.#client(next.who).hear(next.frames)
        return
      case 'pass':
        this.#fixture.surroundings.advance(next.milliseconds)
        return
      case 'durable':
        if (this.#fixture.log.inFlight > 0) await this.#fixture.log.succeed()
        return
      case 'fail':
        if (this.#fixture.log.inFlight > 0) await this.#fixture.log.fail(undefined, next.taken)
        return
      case 'reconnect':
        this.#reconnect(this.#client(next.who))
        return
      case 'join':
        if (this.#clients.length < 5) this.#join()
        return
      case 'garbage': {
        const client = this.#client(next.who)
        client.sendFrame(Uint8Array.from([0, 2, next.bytes.length, ...next.bytes]))
        this.#fixture.surroundings.advance(60)
        this.#sent.get(client)?.push(new Uint8Array([0, 0]))
        if (client.wire.closed !== undefined) this.#reconnect(client)
      }
    }
  }

  /** Every frame that a client was told is saved is in what a restart would read. */
  checkSaved(): void {
    const durable = this.#fixture.durable()
    for (const client of this.#clients) {
      const updates = this.#sent.get(client)?.slice(0, client.saved) ?? []
      for (const update of updates) {
        const before = Y.encodeStateAsUpdate(durable)
        Y.applyUpdate(durable, update)
        if (Buffer.compare(before, Y.encodeStateAsUpdate(durable)) !== 0)
          throw new Error('a saved frame is not durable')
      }
    }
  }

  async checkConverged(): Promise<void> {
    // Whoever was closed comes back, as clients do.
    for (const client of this.#clients) if (client.wire.closed !== undefined) this.#reconnect(client)
    const fresh = this.#join()
    await this.#fixture.settle(...this.#clients)
    this.#fixture.surroundings.advance(5_000)
    await this.#fixture.settle(...this.#clients)
    const durable = textOf(this.#fixture.durable())
    for (const client of this.#clients) {
      if (textOf(client.doc) !== durable) throw new Error(`a member has "${textOf(client.doc)}", the log "${durable}"`)
      if (client !== fresh && client.saved !== client.sentUpdates) throw new Error('something is never saved')
    }
  }

  #client(number: number): FakeClient {
    const client = this.#clients[number % this.#clients.length]
    if (client === undefined) throw new Error('there is no client')
    return client
  }

  #send(client: FakeClient): void {
    const [next] = client.peek()
    if (next === undefined) return
    if (next[0] === 0 && next[1] !== 0) this.#sent.get(client)?.push(updateIn(next))
    client.send(1)
  }

  #join(doc?: Y.Doc): FakeClient {
    const client = this.#fixture.join(doc === undefined ? {} : { doc })
    this.#sent.set(client, [])
    this.#clients.push(client)
    return client
  }

  #reconnect(client: FakeClient): void {
    client.drop()
    this.#clients.splice(this.#clients.indexOf(client), 1)
    this.#join(client.doc)
  }
}

function updateIn(frame: Uint8Array): Uint8Array {
  let at = 2
  while ((frame[at] ?? 0) >= 0x80) at++
  return frame.slice(at + 1)
}

/** The seed of this run; a failure prints it, and the variable repeats it. */
function seedOf(name: string): number {
  const seed = Number(process.env['WEFT_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`${name}: seed ${seed} (repeat with WEFT_FUZZ_SEED=${seed})\n`)
  return seed
}

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type * as Y from 'yjs'
import type { FakeClient } from '../support/fake-client.ts'
import { type FakeNode, NodesFixture } from '../support/nodes-fixture.ts'
import { textOf } from '../support/room-fixture.ts'
import { settled } from '../support/scripted-log.ts'

/** What may happen among nodes, in any order. `who` and the other numbers are taken modulo what there is. */
type Step =
  | { readonly do: 'type'; readonly who: number; readonly at: number; readonly text: string }
  | { readonly do: 'delete'; readonly who: number; readonly at: number }
  | { readonly do: 'talk'; readonly who: number }
  | { readonly do: 'pass'; readonly milliseconds: number }
  | { readonly do: 'deliver' | 'drop' | 'repeat'; readonly message: number }
  | { readonly do: 'deafen' | 'reconnect' | 'kill'; readonly node: number }
  | { readonly do: 'away' | 'back' | 'lose-answer' | 'lose-all' | 'compact' | 'start' }
  | { readonly do: 'lose-end'; readonly entries: number }

const number = fc.nat(20)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('type' as const),
      who: number,
      at: fc.nat(500),
      text: fc.string({ minLength: 1, maxLength: 20 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), who: number, at: fc.nat(500) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('talk' as const), who: number }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      milliseconds: fc.oneof(fc.nat(100), fc.nat(3_000), fc.nat(30_000)),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('deliver' as const, 'drop' as const, 'repeat' as const),
      message: number,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('deafen' as const, 'reconnect' as const, 'kill' as const),
      node: number,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('away' as const, 'back', 'lose-answer', 'lose-all', 'compact', 'start'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('lose-end' as const), entries: fc.integer({ min: 1, max: 4 }) }),
  },
)

it(
  'R1, L6, X1, X2: whatever the relay, the log and the nodes lose, all of it converges',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), async (steps) => {
        const world = await World.begin()
        for (const next of steps) await world.take(next)
        await world.heal()
        world.check()
      }),
      { numRuns: Number(process.env['WEFT_FUZZ_RUNS'] ?? 150), seed: seedOf('nodes') },
    )
  },
)

/** Nodes and their clients. A client whose node dies goes to another one, with what it has. */
class World {
  readonly #fixture = new NodesFixture({ emptyRoomGrace: 1_000 })
  #nodes: FakeNode[] = []
  #clients: { node: FakeNode; client: FakeClient }[] = []

  static async begin(): Promise<World> {
    const world = new World()
    for (let count = 0; count < 3; count++) {
      const node = await world.#start()
      world.#join(node)
    }
    return world
  }

  async take(next: Step): Promise<void> {
    const { log, relay } = this.#fixture
    switch (next.do) {
      case 'type': {
        const { text } = this.#client(next.who)
        text.insert(next.at % (text.length + 1), next.text)
        return
      }
      case 'delete': {
        const { text } = this.#client(next.who)
        if (text.length > 0) text.delete(next.at % text.length, 1)
        return
      }
      case 'talk': {
        const client = this.#client(next.who)
        client.send()
        await this.#advance(1)
        client.hear()
        return
      }
      case 'pass':
        await this.#advance(next.milliseconds)
        return
      case 'deliver':
      case 'drop':
      case 'repeat': {
        const message = relay.inTransit[next.message % Math.max(1, relay.inTransit.length)]
        if (message === undefined) return
        if (next.do !== 'drop') relay.deliver(message)
        else relay.drop(message)
        if (next.do === 'repeat') relay.deliver(message)
        await settled()
        return
      }
      case 'deafen':
        relay.disconnect(this.#node(next.node).name)
        return
      case 'reconnect':
        relay.reconnect(this.#node(next.node).name)
        return
      case 'kill':
        await this.#kill(this.#node(next.node))
        return
      case 'start':
        if (this.#nodes.length < 4 && !log.away) this.#join(await this.#start())
        return
      case 'away':
        log.away = true
        return
      case 'back':
        log.away = false
        return
      case 'lose-answer':
        log.loseAnswers = 1
        return
      case 'lose-end':
        log.loseEnd(next.entries)
        return
      case 'lose-all':
        log.loseAll()
        return
      case 'compact':
        log.compact()
    }
  }

  /** Everything works again, and some time passes. */
  async heal(): Promise<void> {
    const { log, relay } = this.#fixture
    log.away = false
    log.loseAnswers = 0
    for (const { name } of this.#nodes) relay.reconnect(name)
    await this.#fixture.pass(16_000, ...this.#clients.map(({ client }) => client))
  }

  check(): void {
    const states = [this.#fixture.log.doc(), ...this.#clients.map(({ client }) => client.doc)]
    expect(new Set(states.map(textOf)).size).toBe(1)
    for (const { client } of this.#clients) expect(client.saved).toBe(client.sentUpdates)
    expect(this.#fixture.events.filter((event) => event.endsWith('unreadable'))).toEqual([])
  }

  async #start(): Promise<FakeNode> {
    const node = await this.#fixture.start()
    this.#nodes.push(node)
    return node
  }

  #join(node: FakeNode, doc?: Y.Doc): void {
    this.#clients.push({ node, client: this.#fixture.join(node, doc === undefined ? {} : { doc }) })
  }

  /** Never the last one: then the clients would have nowhere to go. */
  async #kill(node: FakeNode): Promise<void> {
    if (this.#nodes.length === 1) return
    this.#fixture.relay.disconnect(node.name)
    await node.rooms.close()
    this.#nodes = this.#nodes.filter((other) => other !== node)
    const homeless = this.#clients.filter((seat) => seat.node === node)
    this.#clients = this.#clients.filter((seat) => seat.node !== node)
    for (const { client } of homeless) {
      client.drop()
      this.#join(this.#node(client.doc.clientID), client.doc)
    }
  }

  async #advance(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 1_000) {
      this.#fixture.surroundings.advance(Math.min(left, 1_000))
      await settled()
    }
  }

  #node(which: number): FakeNode {
    const node = this.#nodes[which % this.#nodes.length]
    if (node === undefined) throw new Error('there is no node')
    return node
  }

  #client(which: number): FakeClient {
    const seat = this.#clients[which % this.#clients.length]
    if (seat === undefined) throw new Error('there is no client')
    return seat.client
  }
}

/** The seed of this run; a failure prints it, and the variable repeats it. */
function seedOf(name: string): number {
  const seed = Number(process.env['WEFT_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`${name}: seed ${seed} (repeat with WEFT_FUZZ_SEED=${seed})\n`)
  return seed
}

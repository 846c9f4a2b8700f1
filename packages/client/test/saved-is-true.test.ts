import 'fake-indexeddb/auto'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDocument, type WeftDocument } from '../src/index.ts'
import { FakeClock } from './support/fake-clock.ts'
import { collectSockets, type MemorySocket } from './support/memory-socket.ts'
import { ModelledServer } from './support/modelled-server.ts'

type Step =
  | { do: 'edit' | 'accept' | 'lose' | 'reload'; tab: number }
  | { do: 'read'; tab: number; count: number; refuse: boolean }
  | { do: 'deliver'; tab: number; count: number }
  | { do: 'store'; count: number }
  | { do: 'crash' }
  | { do: 'recover' }

const tab = fc.nat(1)
const count = fc.integer({ min: 1, max: 6 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('edit' as const), tab }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('accept' as const), tab }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      tab,
      count,
      refuse: fc.integer({ min: 0, max: 9 }).map((n) => n === 9),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), tab, count }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('store' as const), count }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('lose' as const, 'reload' as const), tab }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'crash' }, { do: 'recover' }) },
)

/** One page of one browser. */
interface Tab {
  readonly document: WeftDocument
  readonly clock: FakeClock
  readonly sockets: MemorySocket[]
  /** The edits that its `unsaved` answers for: its own, and those that it found on the device. */
  readonly edits: number[]
}

/** Two tabs that share a database, and a server; the steps decide what happens when. */
class World {
  static #worlds = 0
  readonly server: ModelledServer = new ModelledServer()
  readonly tabs: Tab[] = []
  readonly #id: string = `world-${World.#worlds++}`
  readonly #abandoned: Tab[] = []
  readonly #allEdits: number[] = []

  async begin(): Promise<void> {
    for (let i = 0; i < 2; i++) this.tabs[i] = await this.#open()
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'store') this.server.store(step.count)
    else if (step.do === 'crash') this.server.crash()
    else if (step.do === 'recover') this.server.recover()
    else await this.#takeInTab(step, this.tab(step.tab))
    // Promises of the client, and what fake-indexeddb does in later turns.
    await setImmediate()
  }

  tab(index: number): Tab {
    const found = this.tabs[index]
    if (found === undefined) throw new Error(`there is no tab ${index}`)
    return found
  }

  /** What may never be: nothing unsaved, and yet an edit that is not durable. */
  check(): void {
    const durable = this.server.durable.getMap('edits')
    for (const { document, edits } of this.tabs) {
      if (document.state.unsaved > 0) continue
      expect(edits.filter((edit) => !durable.has(String(edit)))).toEqual([])
    }
  }

  /** All goes well from here on. */
  async settle(): Promise<void> {
    for (let round = 0; round < 8; round++) {
      this.server.recover()
      for (const index of [0, 1]) {
        await this.take({ do: 'accept', tab: index })
        for (let turn = 0; turn < 3; turn++) {
          await this.take({ do: 'deliver', tab: index, count: 1000 })
          await this.take({ do: 'read', tab: index, count: 1000, refuse: false })
        }
      }
      await this.take({ do: 'store', count: 1000 })
      for (const index of [0, 1]) await this.take({ do: 'deliver', tab: index, count: 1000 })
    }
    expect(this.tabs.map(({ document }) => document.state)).toEqual([
      { status: 'live', unsaved: 0 },
      { status: 'live', unsaved: 0 },
    ])
    const durable = this.server.durable.getMap('edits')
    expect(this.#allEdits.filter((edit) => !durable.has(String(edit)))).toEqual([])
  }

  async end(): Promise<void> {
    for (const { document } of [...this.tabs, ...this.#abandoned]) await document.close()
  }

  async #takeInTab(step: Extract<Step, { tab: number }>, tab: Tab): Promise<void> {
    const socket = tab.sockets.at(-1)
    switch (step.do) {
      case 'edit':
        this.#edit(tab)
        return
      case 'accept':
        if (tab.document.state.status === 'offline') {
          tab.clock.advance(10_000)
          await setImmediate()
        }
        for (const waiting of tab.sockets.slice(-1)) this.server.accept(waiting)
        return
      case 'lose':
        if (socket !== undefined) this.server.lose(socket)
        return
      case 'read':
        if (socket !== undefined) this.server.read(socket, step.count, step.refuse)
        return
      case 'deliver':
        if (socket !== undefined) this.server.deliver(socket, step.count)
        return
      case 'reload':
        // The page just goes: nothing of it is told to anyone.
        this.#abandoned.push(tab)
        if (socket !== undefined) this.server.lose(socket)
        this.tabs[step.tab] = await this.#open()
        return
    }
  }

  #edit(tab: Tab): void {
    const edit = this.#allEdits.length
    this.#allEdits.push(edit)
    tab.edits.push(edit)
    const { doc } = tab.document
    doc.transact(() => {
      doc.getMap('edits').set(String(edit), true)
      const text = doc.getText('note')
      text.insert(edit % (text.length + 1), 'ab')
      if (edit % 3 === 0) text.delete(0, 1)
    })
  }

  async #open(): Promise<Tab> {
    const { sockets, CollectedSocket } = collectSockets()
    const clock = new FakeClock()
    const document = openDocument({
      url: 'ws://model',
      id: this.#id,
      clock,
      random: () => 0.5,
      WebSocket: CollectedSocket,
    })
    const edits = [...this.#allEdits]
    await document.loaded
    return { document, clock, sockets, edits }
  }
}

test('R2: whenever nothing is unsaved, everything is durable, whatever is lost, refused, killed or reloaded; and it gets there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 120 }), async (steps) => {
      const world = new World()
      await world.begin()
      try {
        for (const next of steps) {
          await world.take(next)
          world.check()
        }
        await world.settle()
      } finally {
        await world.end()
      }
    }),
    { numRuns: 60 },
  )
}, 120_000)

import { MemoryRelay, MemoryStore, type DocumentCatalog, type Store } from '@weft/persistence'
import { defaultRoomLimits, type RoomLimits } from '../../src/room/limits.ts'
import type { Room } from '../../src/room/room.ts'
import { Rooms } from '../../src/room/rooms.ts'
import { type ClientOptions, FakeClient } from './fake-client.ts'
import { CountedTraffic } from './counted-traffic.ts'
import { FakePressure } from './fake-pressure.ts'
import { FakeSurroundings } from './fake-surroundings.ts'
import { FakeWire } from './fake-wire.ts'
import { LosableLog } from './losable-log.ts'
import { settled } from './scripted-log.ts'

/** The only document. */
const id = 'd'

/** A node with the document open. */
export interface FakeNode {
  readonly name: string
  readonly rooms: Rooms
  readonly room: Room
}

/** Several nodes with one document open, over one log and one relay, all of whose messages, time and failures are the test's. */
export class NodesFixture {
  readonly surroundings: FakeSurroundings = new FakeSurroundings()
  readonly pressure: FakePressure = new FakePressure()
  readonly log: LosableLog = new LosableLog()
  readonly relay: MemoryRelay
  /** What nodes reported, as `<node> <event>`. */
  readonly events: string[] = []
  readonly #limits: RoomLimits
  #started = 0

  constructor(limits: Partial<RoomLimits> = {}) {
    this.#limits = { ...defaultRoomLimits, ...limits }
    const { catalog: listed, changes, files, revocations, collections } = new MemoryStore()
    const catalog: DocumentCatalog = Object.assign(listed, { create: async () => this.log.create() })
    const store: Store = {
      log: this.log,
      catalog,
      files,
      changes,
      revocations,
      collections,
      check: () => Promise.resolve(),
      close: () => Promise.resolve(),
    }
    this.relay = new MemoryRelay(store)
  }

  /** Starts a node and opens the document on it. @throws StoreUnavailableError */
  async start(): Promise<FakeNode> {
    const name = `node-${++this.#started}`
    const { store, relay } = this.relay.node(name)
    const report = (event: string) => (): void => void this.events.push(`${name} ${event}`)
    const rooms = new Rooms({
      log: store.log,
      catalog: store.catalog,
      relay,
      compact: () => Promise.resolve(),
      limits: this.#limits,
      traffic: new CountedTraffic(),
      surroundings: this.surroundings,
      pressure: this.pressure,
      events: {
        opened: report('opened'),
        unloaded: report('unloaded'),
        waitingLetGo: () => {},
        joined: () => {},
        left: () => {},
        refused: (_document, kind) => this.events.push(`${name} refused ${kind}`),
        storeFailing: report('failing'),
        storeRecovered: report('recovered'),
        compactionFailed: report('compaction failed'),
        relayMissed: report('missed'),
        logRepaired: (_document, { kind, bytes }) => this.events.push(`${name} ${kind}${bytes > 0 ? ' put back' : ''}`),
        logUnreadable: report('unreadable'),
      },
    })
    const seat = { id: 'opener', wire: new FakeWire(), actor: 'opener', role: 'write', speaksWeft: false } as const
    const { room, member } = await rooms.join(id, seat, true)
    room.leave(member)
    return { name, rooms, room }
  }

  join(node: FakeNode, options?: ClientOptions): FakeClient {
    return new FakeClient(node.room, options)
  }

  /** Lets so much time pass, with everything carried in all directions all the while. */
  async pass(milliseconds: number, ...clients: readonly FakeClient[]): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 50) {
      for (const client of clients) {
        client.send()
        client.hear()
      }
      this.surroundings.advance(50)
      await settled()
      this.relay.deliverAll()
      await settled()
    }
  }
}

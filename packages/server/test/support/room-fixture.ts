import type { LoadedDocument } from '@weft/persistence'
import type { RefusalKind } from '@weft/protocol'
import * as Y from 'yjs'
import { ByteCount } from '../../src/room/byte-count.ts'
import { defaultRoomLimits, type RoomLimits } from '../../src/room/limits.ts'
import { Replica } from '../../src/room/replica.ts'
import { Room } from '../../src/room/room.ts'
import { CountedTraffic } from './counted-traffic.ts'
import { type ClientOptions, FakeClient } from './fake-client.ts'
import { FakePressure } from './fake-pressure.ts'
import { FakeSurroundings } from './fake-surroundings.ts'
import { ScriptedLog } from './scripted-log.ts'

/** A log that holds nothing yet. */
export const emptyDocument: LoadedDocument = {
  head: { epoch: 'e', position: 0, tip: '' },
  checkpoint: undefined,
  entries: [],
}

/** A room whose time, log and sockets are the test's. */
export class RoomFixture {
  readonly surroundings: FakeSurroundings
  readonly pressure: FakePressure = new FakePressure()
  readonly log: ScriptedLog
  readonly traffic: CountedTraffic = new CountedTraffic()
  readonly room: Room
  readonly refused: { kind: RefusalKind; text: string }[] = []
  readonly events: string[] = []
  compactions = 0
  /** Whether no other document is open. */
  alone = false

  private constructor(room: (fixture: RoomFixture) => Room) {
    this.surroundings = new FakeSurroundings()
    this.log = new ScriptedLog()
    this.room = room(this)
  }

  static async open(loaded: LoadedDocument = emptyDocument, limits: Partial<RoomLimits> = {}): Promise<RoomFixture> {
    const replica = await Replica.hydrate(loaded, () => Promise.resolve())
    return new RoomFixture(
      (fixture) =>
        new Room({
          document: 'd',
          loaded,
          replica,
          log: fixture.log,
          limits: { ...defaultRoomLimits, ...limits },
          surroundings: fixture.surroundings,
          pressure: fixture.pressure,
          alone: () => fixture.alone,
          unsaved: new ByteCount(),
          traffic: fixture.traffic,
          compact: () => {
            fixture.compactions++
            return Promise.resolve()
          },
          events: {
            refused: (kind, _actor, text) => fixture.refused.push({ kind, text }),
            joined: () => {},
            left: () => {},
            waitingLetGo: () => fixture.events.push('waiting let go'),
            storeFailing: () => fixture.events.push('failing'),
            storeRecovered: () => fixture.events.push('recovered'),
            missed: () => fixture.events.push('missed'),
            repaired: ({ kind }) => fixture.events.push(`repaired ${kind}`),
            logUnreadable: () => fixture.events.push('log unreadable'),
            ended: (error) => fixture.events.push(`ended ${error.kind}`),
          },
        }),
    )
  }

  join(options?: ClientOptions): FakeClient {
    return new FakeClient(this.room, options)
  }

  /** Carries every frame in both directions, and lets flushes and appends happen, until nothing moves any more. */
  async settle(...clients: FakeClient[]): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      for (const client of clients) {
        if (client.waiting > 0 || client.wire.buffered > 0) quiet = 0
        client.send()
        client.hear()
      }
      this.surroundings.advance(60)
      if (this.log.inFlight > 0) quiet = 0
      await this.log.succeedAll()
    }
  }

  /** What a process that reads the log after a crash would have. */
  durable(): Y.Doc {
    const doc = new Y.Doc()
    for (const { update } of this.log.entries) Y.applyUpdate(doc, update)
    return doc
  }
}

/** The text of the document's text type. */
export function textOf(doc: Y.Doc): string {
  return doc.getText('t').toString()
}

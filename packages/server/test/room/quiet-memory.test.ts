/** What a room keeps in memory where nobody has written or shown anything yet. */
import { queryObjects } from 'node:v8'
import { encodeSyncStep1, encodeSyncStep2 } from '@weft/protocol'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { defaultRoomLimits } from '../../src/room/limits.ts'
import { Presence } from '../../src/room/presence.ts'
import { Replica } from '../../src/room/replica.ts'
import { emptyDocument, RoomFixture } from '../support/room-fixture.ts'

const nothing = new Uint8Array([0, 0])
const noClients = new Uint8Array([0])

test('an empty document with a member in sync builds no Y.Doc and no tables of presence', async () => {
  const before = liveOf(Y.Doc)
  const fixture = await RoomFixture.open()
  const client = fixture.join()
  client.sendFrame(encodeSyncStep1(noClients))
  client.sendFrame(encodeSyncStep2(nothing))
  fixture.surroundings.advance(60)
  expect(client.wire.take()).toContainEqual(encodeSyncStep2(nothing))
  // One is the client's own.
  expect(liveOf(Y.Doc)).toBe(before + 1)
  expect(liveOf(Presence)).toBe(0)
  fixture.room.leave(client.member)
})

test('a replica that never held anything says what an empty Y.Doc says', async () => {
  const replica = await Replica.hydrate(emptyDocument, () => Promise.resolve())
  expect(replica.state()).toEqual([nothing])
  expect(replica.stateVector).toEqual(Y.encodeStateVector(new Y.Doc()))
  expect(replica.difference(noClients)).toEqual(nothing)
  expect(replica.contains(nothing)).toBe(true)
  expect(replica.contains(hello)).toBe(false)
  expect(replica.waiting).toBe(false)
  expect(replica.roughBytes).toBe(0)
  expect(replica.asLoaded).toBe(true)
  expect(replica.apply(nothing, defaultRoomLimits).update).toBeUndefined()
  expect(replica.apply(hello, defaultRoomLimits).update).toEqual(hello)
  replica.remember(hello)
  expect(replica.stateVector).toEqual(Y.encodeStateVectorFromUpdate(hello))
  expect(replica.state()).toEqual([hello])
})

const hello = updateOf('hello')

function updateOf(text: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

/** How many of a class are reachable, once garbage was collected. */
function liveOf(constructor: typeof Y.Doc | typeof Presence): number {
  return queryObjects(constructor, { format: 'count' })
}

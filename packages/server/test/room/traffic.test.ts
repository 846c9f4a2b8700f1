import { expect, test } from 'vitest'
import { RoomFixture } from '../support/room-fixture.ts'

test('what goes through a room is told of: updates, flushes, what each was sent to, and how long saving took', async () => {
  const fixture = await RoomFixture.open()
  const [writer] = [fixture.join(), fixture.join(), fixture.join()]
  writer.text.insert(0, 'a')
  writer.text.insert(1, 'b')
  writer.send()
  fixture.surroundings.advance(100)
  expect(fixture.traffic.updatesTaken).toBe(writer.sentUpdates)
  expect(fixture.traffic.flushes.reduce((sum, updates) => sum + updates, 0)).toBe(writer.sentUpdates)
  expect(fixture.traffic.changesSent).toBe(2)
  expect(fixture.traffic.savedAfter).toEqual([])

  fixture.surroundings.advance(150)
  await fixture.log.succeed()
  expect(fixture.traffic.savedAfter).toEqual([250])
})

test('a lone writer is sent nothing of its own', async () => {
  const fixture = await RoomFixture.open()
  const writer = fixture.join()
  writer.text.insert(0, 'a')
  writer.send()
  fixture.surroundings.advance(100)
  expect(fixture.traffic.changesSent).toBe(0)
})

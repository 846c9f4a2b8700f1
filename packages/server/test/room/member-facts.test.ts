import { closeCodes } from '@weft/protocol'
import { expect, it } from 'vitest'
import { NodesFixture } from '../support/nodes-fixture.ts'
import { RoomFixture } from '../support/room-fixture.ts'

it('of a member is told who it is, whom it shows, since when, and what waits in either direction', async () => {
  const fixture = await RoomFixture.open()
  const began = fixture.surroundings.now()
  const ada = fixture.join({ id: 'one', actor: 'ada', role: 'admin' })
  ada.awareness.setLocalState({ user: { name: 'Ada', color: '#aa0000' } })
  await fixture.settle(ada)
  const quiet = fixture.join({ id: 'two', actor: 'bob', role: 'read', shows: false })
  const [first, second] = fixture.room.members()
  expect(first).toEqual({
    id: 'one',
    person: { name: 'Ada', color: '#aa0000' },
    subject: 'ada',
    role: 'admin',
    since: began,
    waitingBytes: 0,
    behind: false,
    unsaved: 0,
  })
  expect(second).toMatchObject({ id: 'two', person: undefined, subject: 'bob', role: 'read', behind: false })
  expect(second?.since).toBeGreaterThan(began)
  expect(second?.waitingBytes).toBeGreaterThan(0)
  quiet.hear()
  expect(fixture.room.members()[1]?.waitingBytes).toBe(0)
  ada.text.insert(0, 'x')
  ada.send()
  expect(fixture.room.members()[0]?.unsaved).toBe(1)
  await fixture.settle(ada, quiet)
  expect(fixture.room.members()[0]?.unsaved).toBe(0)
  ada.member.permit('read')
  ada.drop()
  expect(fixture.room.members().map(({ id }) => id)).toEqual(['two'])
})

it('a role that a fresh token brings is told from then on', async () => {
  const fixture = await RoomFixture.open()
  const ada = fixture.join({ role: 'write' })
  ada.member.permit('admin')
  expect(fixture.room.members()[0]?.role).toBe('admin')
  ada.member.permit('read')
  expect(fixture.room.members()[0]?.role).toBe('read')
})

it('a member that is removed is told why, nothing more of it is taken, and it may come back', async () => {
  const fixture = await RoomFixture.open()
  const [ada, bob] = [fixture.join({ id: 'ada' }), fixture.join({ id: 'bob' })]
  await fixture.settle(ada, bob)
  expect([fixture.room.remove('nobody'), fixture.room.remove('ada'), fixture.room.remove('ada')]).toEqual([
    false,
    true,
    false,
  ])
  expect(ada.wire.closed).toBe('removed')
  expect(closeCodes.removed).toBe(4403)
  ada.hear()
  const text = 'An administrator has removed you from this document.'
  expect(ada.extensions.at(-1)).toEqual({ type: 'error', kind: 'removed', text, frame: 0 })
  expect(fixture.refused).toEqual([{ kind: 'removed', text }])
  expect(fixture.room.members().map(({ id }) => id)).toEqual(['bob'])
  ada.drop()
  const back = fixture.join({ id: 'ada again', doc: ada.doc })
  await fixture.settle(back, bob)
  expect([back.wire.closed, bob.wire.closed]).toEqual([undefined, undefined])
  expect(fixture.room.members().map(({ id }) => id)).toEqual(['bob', 'ada again'])
})

it('each node tells of the people that are connected to it, and of no other’s', async () => {
  const fixture = new NodesFixture()
  const [one, other] = [await fixture.start(), await fixture.start()]
  const [ada, bob] = [fixture.join(one), fixture.join(other)]
  ada.awareness.setLocalState({ user: { name: 'Ada', color: '#aa0000' } })
  bob.awareness.setLocalState({ user: { name: 'Bob', color: '#00aa00' } })
  await fixture.pass(500, ada, bob)
  expect(bob.awareness.getStates().size).toBe(2)
  expect(one.room.people()).toEqual([{ name: 'Ada', color: '#aa0000' }])
  expect(other.room.people()).toEqual([{ name: 'Bob', color: '#00aa00' }])
  expect(one.room.members().map(({ person }) => person?.name)).toEqual(['Ada'])
})

import { currentFormats, MemoryStore, type NodeRecord } from '@weft/persistence'
import { beforeEach, describe, expect, it } from 'vitest'
import { DepartedMembers } from '../../src/webhooks/departed-members.ts'
import { MemberEvents } from '../../src/webhooks/member-events.ts'
import { MemberRoster } from '../../src/webhooks/member-roster.ts'
import { deliveryIn } from '../../src/webhooks/webhook.ts'
import { WebhookBook } from '../../src/webhooks/webhook-book.ts'
import { CapturedLog } from '../support/captured-log.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'

describe('members of nodes that are gone', () => {
  let store: MemoryStore
  let surroundings: FakeSurroundings
  let book: WebhookBook
  let webhook: string
  let live: NodeRecord[]
  const collections = () => store.collections
  const { log } = new CapturedLog()

  beforeEach(async () => {
    store = new MemoryStore()
    surroundings = new FakeSurroundings()
    book = new WebhookBook({ collections, changes: () => store.changes, surroundings })
    live = [recordOf('a'), recordOf('b'), recordOf('c')]
    const asked = { url: 'https://receiver.example/', documents: 'team/*', createdBy: 'ops' }
    webhook = (await book.create({ ...asked, events: ['member.joined', 'member.left'] }))?.id ?? ''
  })

  function recordOf(id: string, role = 'all'): NodeRecord {
    const load = { documents: 0, connections: 0, members: 0, store: 'ok' } as const
    return { id, host: 'h', version: '1', role, since: 0, formats: currentFormats, ...load }
  }

  function eventsOf(node: string, life = 'one'): MemberEvents {
    const roster = new MemberRoster(collections, { node, life })
    return new MemberEvents({ book, roster, surroundings, log })
  }

  function lookingOn(node: string, life = 'one', alone = false): DepartedMembers {
    return new DepartedMembers({
      own: { node, life },
      collections,
      registry: () => (alone ? undefined : { list: async () => live }),
      book,
      surroundings,
      log,
    })
  }

  const join = (events: MemberEvents, member: string, document = 'team/a'): void =>
    events.happened({ event: 'member.joined', document, member, subject: `of ${member}` })
  const leave = (events: MemberEvents, member: string, document = 'team/a'): void =>
    events.happened({ event: 'member.left', document, member, subject: `of ${member}` })

  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      surroundings.advance(1_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async function told(): Promise<string[]> {
    const items = await store.collections.list(`webhook:${webhook}`, { from: 'in:', before: 'in;', limit: 1_000 })
    return items
      .flatMap(({ text }) => deliveryIn(text) ?? [])
      .map(({ event, data }) => `${event.replace('member.', '')} ${JSON.stringify(data['member'])}`)
      .map((text) => text.replace(/\{"id":"(\w+)","subject":"of \1"\}/, '$1'))
  }

  it('R6: are said to have left by one of the others, each once, and nobody else is', async () => {
    const dying = eventsOf('b')
    for (const member of ['m1', 'm2', 'm3']) join(dying, member)
    join(dying, 'elsewhere', 'other/x')
    join(eventsOf('c'), 'kept')
    await pass(1)
    leave(dying, 'm3')
    await pass(1)
    expect(await told()).toEqual(['joined m1', 'joined m2', 'joined m3', 'joined kept', 'left m3'])
    // It dies: the registry lets go of it, and whoever is in its rooms is gone.
    const nodes = [lookingOn('a'), lookingOn('c')]
    live = live.filter(({ id }) => id !== 'b')
    await pass(10)
    expect(await told()).toHaveLength(5)
    await pass(10)
    expect((await told()).slice(5)).toEqual(['left m1', 'left m2'])
    await pass(30)
    expect(await told()).toHaveLength(7)
    expect((await store.collections.list('members:b/one', { limit: 10 })).length).toBe(0)
    for (const node of nodes) await node.end()
    expect(await store.collections.list('member-rosters', { limit: 10 })).toEqual([{ key: 'c/one', text: '' }])
  })

  it('a node that is back in time loses nobody', async () => {
    join(eventsOf('b'), 'm1')
    await pass(1)
    const looking = lookingOn('a')
    const all = live
    live = live.filter(({ id }) => id !== 'b')
    await pass(9)
    live = all
    await pass(6)
    live = live.filter(({ id }) => id !== 'b')
    await pass(9)
    expect(await told()).toEqual(['joined m1'])
    await looking.end()
  })

  it('a node that was started again says so of its own earlier life at once, and so does one that is alone', async () => {
    join(eventsOf('b', 'one'), 'm1')
    const again = eventsOf('b', 'two')
    join(again, 'm2')
    await pass(1)
    const looking = lookingOn('b', 'two')
    await pass(6)
    expect((await told()).slice(2)).toEqual(['left m1'])
    await looking.end()
    // A store that nobody shares, after a crash: whatever the process was called.
    const alone = lookingOn('z', 'three', true)
    await pass(6)
    expect((await told()).slice(3)).toEqual(['left m2'])
    await alone.end()
  })

  it('a node that goes down has said so itself, and leaves nothing behind', async () => {
    const events = eventsOf('b')
    join(events, 'm1')
    await pass(1)
    leave(events, 'm1')
    await events.end()
    expect(await told()).toEqual(['joined m1', 'left m1'])
    expect(await store.collections.list('member-rosters', { limit: 10 })).toEqual([])
    expect(await store.collections.list('members:b/one', { limit: 10 })).toEqual([])
  })

  it('more of them than are read at once all leave', async () => {
    const dying = eventsOf('b')
    for (let number = 0; number < 900; number++) join(dying, `m${number}`)
    await pass(1)
    await book.clear(webhook)
    live = live.filter(({ id }) => id !== 'b')
    const looking = lookingOn('a')
    await pass(20)
    expect(new Set(await told()).size).toBe(900)
    await looking.end()
  })
})

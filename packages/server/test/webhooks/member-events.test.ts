import { MemoryStore, StoreUnavailableError } from '@weft/persistence'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Delivery, deliveryIn } from '../../src/webhooks/webhook.ts'
import { MemberEvents } from '../../src/webhooks/member-events.ts'
import type { MemberNews } from '../../src/webhooks/member-news.ts'
import { MemberRoster } from '../../src/webhooks/member-roster.ts'
import { WebhookBook } from '../../src/webhooks/webhook-book.ts'
import { CapturedLog } from '../support/captured-log.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'

describe('what happens to members', () => {
  let store: MemoryStore
  let surroundings: FakeSurroundings
  let book: WebhookBook
  let captured: CapturedLog
  let events: MemberEvents

  beforeEach(() => {
    store = new MemoryStore()
    surroundings = new FakeSurroundings()
    captured = new CapturedLog()
    book = new WebhookBook({ collections: () => store.collections, changes: () => store.changes, surroundings })
    const roster = new MemberRoster(() => store.collections, { node: 'node-a', life: 'one' })
    events = new MemberEvents({ book, roster, surroundings, log: captured.log })
  })

  const news = (facts: Partial<MemberNews> = {}): Omit<MemberNews, 'at'> => ({
    event: 'member.joined',
    document: 'team/a',
    member: 'm1',
    subject: 'ada',
    ...facts,
  })

  async function put(webhook: string): Promise<Delivery[]> {
    const items = await store.collections.list(`webhook:${webhook}`, { from: 'in:', before: 'in;', limit: 100 })
    return items.flatMap(({ text }) => deliveryIn(text) ?? [])
  }

  async function second(): Promise<void> {
    surroundings.advance(1_000)
    await new Promise((resolve) => setImmediate(resolve))
  }

  it('is put where whoever delivers finds it, for those who want to hear of it', async () => {
    const asked = { url: 'https://receiver.example/', createdBy: 'ops' }
    const one = await book.create({ ...asked, documents: 'team/*', events: ['member.joined'] })
    const other = await book.create({ ...asked, documents: '*', events: ['member.left'] })
    const none = await book.create({ ...asked, documents: '*', events: ['document.changed'] })
    events.happened(news())
    events.happened(news({ document: 'other/b' }))
    events.happened(news({ event: 'member.left' }))
    expect(await put(one?.id ?? '')).toEqual([])
    await second()
    expect(await put(one?.id ?? '')).toMatchObject([
      {
        event: 'member.joined',
        document: 'team/a',
        data: { document: 'team/a', member: { id: 'm1', subject: 'ada' } },
      },
    ])
    expect(await put(other?.id ?? '')).toMatchObject([{ event: 'member.left' }])
    expect(await put(none?.id ?? '')).toEqual([])
  })

  it('what has gathered is put there when the node goes down', async () => {
    const webhook = await book.create({
      url: 'https://receiver.example/',
      createdBy: 'ops',
      documents: '*',
      events: ['member.left'],
    })
    events.happened(news({ event: 'member.left' }))
    await events.end()
    expect(await put(webhook?.id ?? '')).toHaveLength(1)
    expect(surroundings.timers).toBe(0)
  })

  it('what the store does not take is lost, and said', async () => {
    store.collections.list = () => Promise.reject(new StoreUnavailableError('gone'))
    events.happened(news())
    await second()
    expect(captured.of('webhook-events-lost')).toMatchObject([{ level: 'warn', count: 1 }])
  })
})

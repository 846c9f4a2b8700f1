import { createHmac } from 'node:crypto'
import { MemoryStore } from '@weft/persistence'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Posted, Posting } from '../../src/webhooks/post.ts'
import type { Delivery, DeliveryState, Webhook } from '../../src/webhooks/webhook.ts'
import { type KnownDelivery, WebhookBook } from '../../src/webhooks/webhook-book.ts'
import { deliveryKey } from '../../src/webhooks/webhook-keys.ts'
import { WebhookQueue } from '../../src/webhooks/webhook-queue.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'

/** What of a body these tests look at. */
const bodySchema = z.looseObject({ type: z.string(), data: z.looseObject({ document: z.string() }) })

const nothing: Posting = { url: '', headers: {}, body: '' }
const all = ['document.created', 'document.changed', 'document.deleted', 'member.joined', 'member.left'] as const

describe('the queue of a webhook', () => {
  let store: MemoryStore
  let surroundings: FakeSurroundings
  let book: WebhookBook
  let posted: (Posting & { readonly node: string })[]
  let answer: () => Posted | Promise<Posted>
  let webhook: Webhook
  let queue: WebhookQueue

  beforeEach(async () => {
    store = new MemoryStore()
    surroundings = new FakeSurroundings()
    book = new WebhookBook({ collections: () => store.collections, changes: () => store.changes, surroundings })
    posted = []
    answer = () => ({ status: 200, error: '' })
    await store.catalog.create({ id: 'before', title: '', createdBy: 'ada', at: 1 })
    webhook = await created()
    queue = queueOn('node-a')
  })

  async function created(documents = '*', events: Webhook['events'] = all): Promise<Webhook> {
    const made = await book.create({ url: 'https://receiver.example/', documents, events, createdBy: 'ops' })
    if (made === undefined) throw new Error('there is room for one')
    return made
  }

  function queueOn(node: string, of: Webhook = webhook): WebhookQueue {
    return new WebhookQueue({
      webhook: of,
      node,
      shared: true,
      collections: () => store.collections,
      changes: () => store.changes,
      surroundings,
      post: async (posting) => {
        posted.push({ ...posting, node })
        return await answer()
      },
      attempted: () => {},
    })
  }

  /** Lets seconds pass, one by one, in which queues look what is due. */
  async function pass(seconds: number, ...queues: WebhookQueue[]): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      surroundings.advance(1_000)
      for (const looking of queues.length === 0 ? [queue] : queues) {
        looking.changed()
        await looking.step()
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async function known(state: DeliveryState): Promise<readonly KnownDelivery[]> {
    return (await book.deliveries(webhook.id, state, 200)).found
  }

  const bodies = (): z.infer<typeof bodySchema>[] => posted.map(({ body }) => bodySchema.parse(JSON.parse(body)))
  const told = (): string[] => bodies().map(({ type }) => type)
  const create = (id: string): Promise<boolean> =>
    store.catalog.create({ id, title: `of ${id}`, createdBy: 'ada', at: 1 })
  const rename = (id: string, title: string): Promise<boolean> => store.catalog.setTitle(id, title, 2)

  it('tells what happens from its creation on, signed as Standard Webhooks has it', async () => {
    await create('team/a')
    await pass(1)
    expect(posted).toHaveLength(1)
    const [{ url, headers, body } = nothing] = posted
    expect(url).toBe('https://receiver.example/')
    expect(JSON.parse(body)).toEqual({
      type: 'document.created',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: { document: 'team/a', happened: ['created'], state: 'live', title: 'of team/a' },
    })
    const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signature } = headers
    const key = Buffer.from(webhook.secret.replace('whsec_', ''), 'base64')
    expect(key.byteLength).toBe(32)
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
    expect(signature).toBe(`v1,${expected}`)
    expect(timestamp).toBe(String(Math.floor(surroundings.now() / 1_000)))
    expect(await known('delivered')).toMatchObject([{ delivery: { id, attempts: 1, last: { status: 200 } } }])
    expect(await known('waiting')).toEqual([])
  })

  it('tells only of its documents, and only what it wants to hear', async () => {
    webhook = await created('team/*', ['document.deleted'])
    queue = queueOn('node-a')
    await create('team/a')
    await create('other/b')
    await pass(10)
    await store.catalog.delete('team/a', 2)
    await store.catalog.delete('other/b', 2)
    await pass(10)
    expect(bodies()).toMatchObject([{ type: 'document.deleted', data: { document: 'team/a', state: 'erased' } }])
  })

  it('tells once of a document that changes again and again, when it has rested, or after half a minute', async () => {
    await create('a')
    await pass(1)
    for (let change = 0; change < 5; change++) {
      await rename('a', `title ${change}`)
      await pass(1)
    }
    expect(told()).toEqual(['document.created'])
    await pass(3)
    expect(told()).toEqual(['document.created', 'document.changed'])
    expect(JSON.parse(posted[1]?.body ?? '')).toMatchObject({ data: { title: 'title 4' } })
    for (let change = 0; change < 70; change++) {
      await rename('a', `again ${change}`)
      await pass(1)
    }
    expect(posted.length).toBeGreaterThanOrEqual(3)
    expect(posted.length).toBeLessThanOrEqual(5)
  })

  it('tries again, later each time, and gives up in the end', async () => {
    answer = () => ({ status: 503, error: 'it answered 503' })
    await create('a')
    await pass(1)
    const seconds: number[] = []
    for (let attempt = 1; attempt < 20 && (await known('dead')).length === 0; attempt++) {
      const [waiting] = await known('waiting')
      expect(waiting?.delivery).toMatchObject({ attempts: attempt, last: { status: 503, error: 'it answered 503' } })
      const wait = (waiting?.time ?? 0) - surroundings.now()
      seconds.push(wait / 1_000)
      surroundings.advance(wait - 1_000)
      await queue.step()
      expect(posted).toHaveLength(attempt)
      await pass(2)
    }
    expect(seconds).toEqual(seconds.toSorted((a, b) => a - b))
    expect([seconds[0], seconds.length]).toEqual([5, 10])
    expect(await known('dead')).toMatchObject([{ delivery: { event: 'document.created', attempts: 11 } }])
    expect(new Set(posted.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(posted.map(({ headers }) => headers['webhook-signature'])).size).toBe(11)
    await pass(100)
    expect(posted).toHaveLength(11)
  })

  it('what was given up, or waits, is tried again when somebody asks, on any node', async () => {
    answer = () => ({ status: 500, error: 'it answered 500' })
    await create('a')
    await pass(2)
    const [waiting] = await known('waiting')
    const id = waiting?.delivery.id ?? ''
    answer = () => ({ status: 200, error: '' })
    const elsewhere = new WebhookBook({
      collections: () => store.collections,
      changes: () => store.changes,
      surroundings,
    })
    expect(await elsewhere.retry(webhook.id, id)).toBe(true)
    await pass(1)
    expect(posted).toHaveLength(2)
    expect(await known('delivered')).toHaveLength(1)
    expect(await elsewhere.retry(webhook.id, id)).toBe(true)
    expect(await known('delivered')).toHaveLength(0)
    await pass(1)
    expect(posted.map(({ headers }) => headers['webhook-id'])).toEqual([id, id, id])
    expect(await elsewhere.retry(webhook.id, 'msg_made-up')).toBe(false)
  })

  it('of two nodes one delivers; when it dies the other goes on, and nothing is lost', async () => {
    const other = queueOn('node-b')
    await pass(1, queue, other)
    answer = () => ({ status: 500, error: 'it answered 500' })
    await create('a')
    await pass(2, queue, other)
    await create('b')
    answer = () => ({ status: 200, error: '' })
    // From here on node-a is dead.
    await pass(11, other)
    expect(posted.map(({ node }) => node)).toEqual(['node-a'])
    await pass(8, other)
    expect(posted.slice(1).map(({ node }) => node)).toEqual(['node-b', 'node-b'])
    const documents = bodies()
      .slice(1)
      .map(({ data }) => data.document)
    expect(documents.toSorted()).toEqual(['a', 'b'])
    // It was only asleep: what it does now is not done.
    const before = await store.collections.list(`webhook:${webhook.id}`, { limit: 100 })
    await create('c')
    queue.changed()
    await queue.step()
    expect(await store.collections.list(`webhook:${webhook.id}`, { limit: 100 })).toEqual(before)
    await pass(2, queue, other)
    expect(posted.at(-1)).toMatchObject({ node: 'node-b' })
    expect(posted).toHaveLength(4)
  })

  it('a node that goes down lets the other go on at once', async () => {
    const other = queueOn('node-b')
    await pass(1, queue, other)
    await queue.end()
    await create('a')
    await pass(2, other)
    expect(posted.map(({ node }) => node)).toEqual(['node-b'])
  })

  it('what another node put there is told', async () => {
    await pass(1)
    const delivery = {
      id: 'msg_1',
      event: 'member.joined',
      document: 'a',
      at: surroundings.now(),
      data: { document: 'a', member: { id: 'm', subject: 'ada' } },
      attempts: 0,
    } as const
    expect(await book.tell(webhook.id, [delivery])).toBe(true)
    const many = Array.from({ length: 1_000 }, (_, number) => ({ ...delivery, id: `msg_x${number}` }))
    expect(await book.tell(webhook.id, many)).toBe(false)
    await pass(2)
    expect(bodies()).toMatchObject([{ type: 'member.joined', data: { member: { subject: 'ada' } } }])
  })

  it('sends a few at once, and goes on as they end', async () => {
    const { promise, resolve } = Promise.withResolvers<Posted>()
    answer = () => promise
    for (let number = 0; number < 10; number++) await create(`d-${number}`)
    await pass(3)
    expect(posted).toHaveLength(4)
    resolve({ status: 200, error: '' })
    // At once, and not when it is looked the next time what is due.
    await new Promise((resume) => setImmediate(resume))
    expect(posted).toHaveLength(10)
    await pass(5)
    expect(posted).toHaveLength(10)
  })

  it('keeps a bounded number of what was delivered', async () => {
    for (let number = 0; number < 130; number++) await create(`d-${number}`)
    await pass(50)
    expect(posted).toHaveLength(130)
    expect((await known('delivered')).length).toBeLessThanOrEqual(100)
  })

  it('of what comes when 10,000 wait, nothing is sent, and whoever looks sees why', async () => {
    const later = surroundings.now() + 3_600_000
    const waiting = Array.from({ length: 10_000 }, (_, index) => ({
      key: deliveryKey('due', later, `m${index}`),
      text: JSON.stringify(waitingOne(`m${index}`)),
    }))
    for (let start = 0; start < waiting.length; start += 1_000) {
      await store.collections.change(`webhook:${webhook.id}`, { put: waiting.slice(start, start + 1_000) })
    }
    // What another node puts there, and what changes: neither has room.
    expect(await book.tell(webhook.id, [waitingOne('late')])).toBe(true)
    await create('team/late')
    await pass(1)
    expect(posted).toEqual([])
    expect(await known('dead')).toMatchObject([
      { delivery: { document: expect.any(String), attempts: 0, last: { error: '10000 deliveries waited already' } } },
      { delivery: { last: { error: '10000 deliveries waited already' } } },
    ])
    // As they are sent, there is room again.
    surroundings.advance(3_600_000)
    answer = () => (posted.length > 8 ? new Promise(() => {}) : { status: 200, error: '' })
    await pass(1)
    expect(posted).toHaveLength(12)
    await create('team/next')
    await pass(1)
    expect((await known('dead')).length).toBe(2)
  })

  /** A delivery that has waited for an hour. */
  function waitingOne(id: string): Delivery {
    return { id, event: 'member.left', document: 'team/a', at: 0, data: {}, attempts: 3 }
  }

  it('sends nothing more once it ends', async () => {
    const { promise, resolve } = Promise.withResolvers<Posted>()
    answer = () => promise
    for (let number = 0; number < 10; number++) await create(`d-${number}`)
    await pass(1)
    const ended = queue.end()
    resolve({ status: 200, error: '' })
    await ended
    expect(posted).toHaveLength(4)
    expect(await known('waiting')).toHaveLength(6)
  })

  it('nothing is left of one that is deleted', async () => {
    await create('a')
    await pass(2)
    await book.remove(webhook.id)
    expect(await store.collections.list(`webhook:${webhook.id}`, { limit: 10 })).toEqual([])
    await create('b')
    await pass(2)
    expect(posted).toHaveLength(1)
    expect(await book.list()).toEqual([])
  })
})

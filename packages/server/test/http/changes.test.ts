import { MemoryStore, type Store } from '@weft/persistence'
import { type ChangeFeedPage, changeEntrySchema, changeFeedPageSchema } from '@weft/protocol/http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ChangeTail } from '../../src/changes/change-tail.ts'
import { changeStream } from '../../src/http/change-stream.ts'
import { callApi, tokenFor, withTokens } from '../support/api-client.ts'
import { EventStream } from '../support/event-stream.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'
import { type RunningServer, startTestServer } from '../support/running-server.ts'

describe('/changes', () => {
  let store: Store
  let server: RunningServer
  let token: string

  beforeEach(async () => {
    store = new MemoryStore()
    server = await startTestServer({ ...withTokens, openStore: store })
    token = await tokenFor('team/*', 'read')
  })
  afterEach(() => server.stop())

  const create = (id: string): Promise<boolean> =>
    store.catalog.create({ id, title: `of ${id}`, createdBy: 'ada', at: 1 })

  async function page(query = ''): Promise<ChangeFeedPage> {
    const response = await callApi(server, token, 'GET', `/changes${query}`)
    expect(response.status).toBe(200)
    return changeFeedPageSchema.parse(await response.json())
  }

  async function follow(query = '', headers: Record<string, string> = {}): Promise<EventStream> {
    const response = await fetch(`${server.url}/api/v1/changes${query}`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...headers },
    })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    return new EventStream(response)
  }

  it('is a page of what one’s access covers, and goes on after it', async () => {
    for (const id of ['team/a', 'other/b', 'team/c']) await create(id)
    const first = await page()
    expect(first).toMatchObject({
      changes: [
        { document: 'team/a', happened: ['created'], state: 'live', title: 'of team/a' },
        { document: 'team/c', happened: ['created'] },
      ],
      more: false,
    })
    expect(await page(`?since=${first.next}`)).toEqual({ changes: [], next: first.next, more: false })
    await store.catalog.setTitle('team/c', 'new', 2)
    await store.catalog.delete('team/a', 3)
    expect((await page(`?since=${first.next}`)).changes).toMatchObject([
      { document: 'team/a', happened: ['erased'], state: 'erased', title: '' },
      { document: 'team/c', happened: ['renamed'], title: 'new' },
    ])
    expect((await page('?since=now')).changes).toEqual([])
    expect(await page('?limit=1')).toMatchObject({ changes: [], more: true })
  })

  it('is a stream of what there is and of what comes, each with the place after it', async () => {
    await create('team/a')
    await using stream = await follow()
    const first = await stream.next()
    expect(stream.text.startsWith('retry: 2000\n\n')).toBe(true)
    expect(changeEntrySchema.parse(first?.data)).toMatchObject({ document: 'team/a', cursor: first?.id })
    await create('other/b')
    await create('team/c')
    expect((await stream.next())?.data).toMatchObject({ document: 'team/c', happened: ['created'] })
  })

  it('goes on from the last event that was seen, on any node', async () => {
    for (const id of ['team/a', 'team/b', 'team/c']) await create(id)
    await using stream = await follow()
    const first = await stream.next()
    await using other = await startTestServer({ ...withTokens, openStore: sharing(store) })
    const response = await fetch(`${other.url}/api/v1/changes?since=now`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', 'last-event-id': first?.id ?? '' },
    })
    await using again = new EventStream(response)
    expect((await again.next())?.data).toMatchObject({ document: 'team/b' })
    expect((await again.next())?.data).toMatchObject({ document: 'team/c' })
  })

  it('whoever sees little of the feed is told how far it is all the same', async () => {
    await create('team/a')
    for (let number = 0; number < 5; number++) await create(`other/${number}`)
    await using stream = await follow()
    expect((await stream.next())?.data).toMatchObject({ document: 'team/a' })
    const place = (await stream.nextPlace()) ?? ''
    expect((await store.changes.read(place, 10)).changes).toEqual([])
  })

  it('ends when the server goes down', async () => {
    await using stream = await follow()
    const end = stream.next()
    await server.stop()
    expect(await end).toBeUndefined()
  })

  it('E2: a place that is none is a problem, and one of another feed says what to do', async () => {
    const { next } = await page()
    const gone = ['A'.repeat(16), ...next.split('.').slice(1)].join('.')
    for (const accept of ['application/json', 'text/event-stream']) {
      for (const [place, status, kind] of [
        ['made-up', 400, 'invalid-cursor'],
        ['', 400, 'invalid-cursor'],
        [gone, 410, 'cursor-gone'],
      ] as const) {
        const response = await fetch(`${server.url}/api/v1/changes?since=${place}`, {
          headers: { authorization: `Bearer ${token}`, accept },
        })
        expect([response.status, await response.json()]).toEqual([
          status,
          expect.objectContaining({ type: `/problems/${kind}` }),
        ])
      }
    }
    for (const limit of ['0', '-1', '201', 'x']) {
      expect((await callApi(server, token, 'GET', `/changes?limit=${limit}`)).status).toBe(400)
    }
  })
})

describe('a stream of changes', () => {
  const surroundings = new FakeSurroundings()
  const store = new MemoryStore()
  const changes = (): Store['changes'] => store.changes

  async function stream(
    expires?: number,
  ): Promise<{ reader: ReadableStreamDefaultReader<Uint8Array>; tail: ChangeTail }> {
    const tail = new ChangeTail({ changes, surroundings })
    const first = await store.changes.read(await store.changes.latest(), 10)
    const show = (page: {
      changes: readonly { document: string }[]
      next: string
    }): { text: string; place: string } => ({
      text: page.changes.map(({ document }) => `${document};`).join(''),
      place: page.next,
    })
    return {
      tail,
      reader: changeStream({ changes, tail, surroundings }, { first, limit: 10, expires, show }).getReader(),
    }
  }

  const text = ({ value }: ReadableStreamReadResult<Uint8Array>): string => Buffer.from(value ?? []).toString()

  it('says something every 15 s while nothing changes', async () => {
    const { reader } = await stream()
    expect(text(await reader.read())).toBe('retry: 2000\n\n')
    for (let round = 0; round < 2; round++) {
      const next = reader.read()
      await settled()
      surroundings.advance(15_000)
      expect(text(await next)).toBe(': keep-alive\n\n')
    }
    await reader.cancel()
    expect(surroundings.timers).toBe(0)
  })

  it('ends when the token does', async () => {
    const { reader, tail } = await stream(surroundings.now() + 7_000)
    await reader.read()
    const next = reader.read()
    await settled()
    surroundings.advance(7_000)
    expect((await next).done).toBe(true)
    expect(tail.size).toBe(0)
  })

  it('a client that takes nothing costs nothing, and misses nothing', async () => {
    const { reader } = await stream()
    await reader.read()
    for (let number = 0; number < 25; number++) {
      await store.catalog.create({ id: `d-${number}`, title: '', createdBy: 'ada', at: 1 })
      surroundings.advance(1_000)
      await settled()
    }
    let seen = ''
    while (!seen.includes('d-24;')) {
      const chunk = text(await reader.read())
      expect(chunk.split(';').length).toBeLessThanOrEqual(11)
      seen += chunk
    }
    expect(seen.split(';').slice(0, -1)).toEqual(Array.from({ length: 25 }, (_, number) => `d-${number}`))
    await reader.cancel()
  })
})

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** The same store for another server, which leaves it open. */
function sharing(store: Store): Store {
  const { log, catalog, changes, files, revocations, collections } = store
  const close = (): Promise<void> => Promise.resolve()
  return { log, catalog, changes, files, revocations, collections, check: () => store.check(), close }
}

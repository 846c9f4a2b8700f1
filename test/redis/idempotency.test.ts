/** Requests that are repeated with an `Idempotency-Key`: on every store, and at another node where a store is shared. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '@weft/persistence'
import { describe, expect, it } from 'vitest'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { tokenFor, withTokens } from '../../packages/server/test/support/api-client.ts'
import { type RunningServer, startTestServer } from '../../packages/server/test/support/running-server.ts'

/** Two places where one may ask: two nodes where the store is shared, else the one that there is. */
interface Subject extends AsyncDisposable {
  readonly here: RunningServer
  readonly there: RunningServer
}

const stores: Readonly<Record<string, () => Promise<Subject>>> = {
  memory: async () => alone(await startTestServer(withTokens)),
  sqlite: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weft-idempotency-'))
    const store = await openStore(`sqlite:${folder}`)
    const {
      here,
      there,
      [Symbol.asyncDispose]: end,
    } = alone(await startTestServer({ ...withTokens, openStore: store }))
    const dispose = async (): Promise<void> => {
      await end()
      await rm(folder, { recursive: true })
    }
    return { here, there, [Symbol.asyncDispose]: dispose }
  },
  redis: async () => {
    const redis = await RedisServer.start(...durableSettings)
    const [here, there] = await Promise.all(
      ['node-a', 'node-b'].map((node) => startTestServer({ ...withTokens, store: redis.url, node })),
    )
    if (here === undefined || there === undefined) throw new Error('two were started')
    const dispose = async (): Promise<void> => {
      await Promise.all([here.stop(), there.stop()])
      await redis[Symbol.asyncDispose]()
    }
    return { here, there, [Symbol.asyncDispose]: dispose }
  },
}

function alone(server: RunningServer): Subject {
  return { here: server, there: server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

const create = async (
  { url }: RunningServer,
  key: string,
  { body = { title: 'Plan' }, subject = 'ada' }: { readonly body?: object; readonly subject?: string } = {},
): Promise<Response> =>
  await fetch(`${url}/api/v1/documents`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${await tokenFor('*', 'write', subject)}`, 'idempotency-key': key },
  })

describe.each(Object.entries(stores))('a key on a %s store', (_name, open) => {
  it('E1: a repeated request is answered as before, by any node, and does nothing', async () => {
    await using subject = await open()
    const first = await create(subject.here, 'one')
    const second = await create(subject.there, 'one')
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([201, null])
    expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
    expect(await second.text()).toBe(await first.text())
    for (const name of ['location', 'etag', 'content-type'])
      expect(second.headers.get(name)).toBe(first.headers.get(name))
    // Each request has an id of its own, and every answer says what a page of another origin may read of it.
    expect(second.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
    expect(second.headers.get('access-control-expose-headers')).toContain('Idempotent-Replayed')
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
  })

  it('another key, another subject and a request that was refused are requests of their own', async () => {
    await using subject = await open()
    const ids = new Set<unknown>()
    for (const [key, who] of [
      ['one', 'ada'],
      ['two', 'ada'],
      ['one', 'grace'],
    ] as const) {
      const { id }: { id?: unknown } = Object(await (await create(subject.here, key, { subject: who })).json())
      ids.add(id)
    }
    expect(ids.size).toBe(3)
    expect((await create(subject.here, 'three', { body: { id: '..' } })).status).toBe(400)
    expect((await create(subject.there, 'three')).status).toBe(201)
  })

  it('E2: a key with another request is refused, and so is what is no key', async () => {
    await using subject = await open()
    await create(subject.here, 'one')
    const other = await create(subject.there, 'one', { body: { title: 'Other' } })
    expect([other.status, await other.json()]).toMatchObject([422, { type: '/problems/key-reused' }])
    for (const key of ['with space', 'x'.repeat(257)]) {
      const none = await create(subject.here, key)
      expect([none.status, await none.json()]).toMatchObject([400, { errors: [{ field: 'Idempotency-Key' }] }])
    }
  })

  it('of requests that come at once one does it, and the others are told to ask again', async () => {
    await using subject = await open()
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, index) => create(index % 2 === 0 ? subject.here : subject.there, 'one')),
    )
    const done = all.filter(({ status }) => status === 201)
    expect(done.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1)
    for (const response of all.filter(({ status }) => status !== 201)) {
      expect([response.status, response.headers.get('retry-after')]).toEqual([409, '1'])
    }
    expect((await create(subject.there, 'one')).headers.get('idempotent-replayed')).toBe('true')
  })
})

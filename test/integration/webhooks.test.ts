/** Two nodes around a Redis, alone or a Cluster, and a real receiver of webhooks: the node that delivers is killed in between. */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import { z } from 'zod'
import { hashSlot } from '../../packages/persistence/src/redis/hash-slot.ts'
import { RedisCluster } from '../../packages/persistence/test/redis-cluster.ts'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { type Heard, type Receiver, startReceiver } from '../../packages/server/test/support/receiver.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { StockEditor } from '../support/stock-editor.ts'

/** A store for the nodes, and a look into it. */
interface Shared extends AsyncDisposable {
  readonly url: string
  /** A field of a hash, wherever it is. */
  field(key: string, field: string): Promise<string | null>
}

async function single(): Promise<Shared> {
  const redis = await RedisServer.start(...durableSettings)
  return {
    url: redis.url,
    field: (key, field) => redis.client.hget(key, field),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  }
}

async function cluster(): Promise<Shared> {
  const redis = await RedisCluster.start(false, ...durableSettings)
  return {
    url: redis.url,
    field: (key, field) => redis.ownerOf(hashSlot(key)).client.hget(key, field),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  }
}

const limit = { timeout: 120_000 }

describe.each([
  ['a Redis', single],
  ['a Cluster', cluster],
])('webhooks around %s', (_name, start) => {
  let redis: Shared
  let nodes: readonly [ServerProcess, ServerProcess]
  let receiver: Receiver
  let status: number

  const startNode = (): Promise<ServerProcess> => startServer({ built: true, store: redis.url })

  beforeAll(async () => {
    redis = await start()
    status = 200
    receiver = await startReceiver((_request, response) => response.writeHead(status).end())
    nodes = await Promise.all([startNode(), startNode()])
  }, 120_000)
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
    await Promise.all([redis[Symbol.asyncDispose](), receiver[Symbol.asyncDispose]()])
  })

  async function api(
    node: ServerProcess,
    method: string,
    path: string,
    body?: object,
  ): Promise<Record<string, unknown>> {
    const response = await fetch(`${node.url}/api/v1${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    expect(response.ok, await response.clone().text()).toBe(true)
    const text = await response.text()
    return z.record(z.string(), z.unknown()).parse(text === '' ? {} : JSON.parse(text))
  }

  function createWebhook(events: readonly string[]): Promise<Record<string, unknown>> {
    const url = `http://127.0.0.1:${receiver.port}/`
    return api(nodes[0], 'POST', '/webhooks', { url, documents: 'team/*', events })
  }

  function tells({ body }: Heard, type: string, document: string): boolean {
    const told = z.object({ type: z.string(), data: z.looseObject({ document: z.string() }) }).parse(JSON.parse(body))
    return told.type === type && told.data.document === document
  }

  it('E1: people on either node are told of, once, and what one writes as a change', limit, async () => {
    const { secret } = await createWebhook(['member.joined', 'member.left', 'document.created', 'document.changed'])
    const editors = nodes.map((node) => new StockEditor(WebsocketProvider, node.webSocketUrl, 'team/notes'))
    await Promise.all(editors.map((editor) => editor.synced()))
    await receiver.hears((heard) => tells(heard, 'document.created', 'team/notes'))
    editors[0]?.text.insert(0, 'hello')
    const changed = await receiver.hears((heard) => tells(heard, 'document.changed', 'team/notes'))
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = changed.headers
    const key = Buffer.from(String(secret).replace('whsec_', ''), 'base64')
    const expected = createHmac('sha256', key).update(`${String(id)}.${String(timestamp)}.${changed.body}`)
    expect(signature).toBe(`v1,${expected.digest('base64')}`)
    for (const editor of editors) editor[Symbol.dispose]()
    await expect
      .poll(() => receiver.heard.filter((heard) => tells(heard, 'member.left', 'team/notes')).length, {
        timeout: 60_000,
      })
      .toBe(2)
    expect(receiver.heard.filter((heard) => tells(heard, 'member.joined', 'team/notes'))).toHaveLength(2)
  })

  it(
    'E1: kill -9 of the node that delivers loses no delivery: the other one goes on, and says who left with it',
    limit,
    async () => {
      const { id } = await createWebhook(['document.created'])
      const deliveries = async (node: ServerProcess, state: string): Promise<unknown> =>
        (await api(node, 'GET', `/webhooks/${String(id)}/deliveries?state=${state}`))['deliveries']
      status = 500
      await api(nodes[0], 'POST', '/documents', { id: 'team/kept' })
      await receiver.hears((heard) => tells(heard, 'document.created', 'team/kept'))
      await expect
        .poll(() => deliveries(nodes[1], 'waiting'), { timeout: 60_000 })
        .toMatchObject([{ document: 'team/kept', last: { status: 500 } }])
      // Whichever has the lease: it stands in Redis under its node's name.
      const lease = await redis.field(`weft:collection:{webhook:${String(id)}}:texts`, 'lease')
      const names = await Promise.all(nodes.map(async (node) => String((await node.logged('listening'))['node'])))
      const killed = names.findIndex((name) => lease?.startsWith(`${name} `))
      expect(killed).not.toBe(-1)
      const [dead, other] = killed === 0 ? nodes : [nodes[1], nodes[0]]
      // Who is on the node that dies can say no goodbye.
      using _visitor = new StockEditor(WebsocketProvider, dead.webSocketUrl, 'team/kept')
      await receiver.hears((heard) => tells(heard, 'member.joined', 'team/kept'))
      // Made on the node that dies, in the second before it does.
      await api(dead, 'POST', '/documents', { id: 'team/last' })
      await dead.kill('SIGKILL')
      status = 200
      await expect
        .poll(() => deliveries(other, 'delivered'), { timeout: 90_000 })
        .toMatchObject([{ event: 'document.created' }, { event: 'document.created' }])
      for (const document of ['team/kept', 'team/last']) {
        const ids = receiver.heard
          .filter((heard) => tells(heard, 'document.created', document))
          .map(({ headers }) => headers['webhook-id'])
        expect(ids.length).toBeGreaterThan(0)
      }
      expect(await deliveries(other, 'waiting')).toEqual([])
      await receiver.hears((heard) => tells(heard, 'member.left', 'team/kept'))
    },
  )
})

import { MemoryStore } from '@weft/persistence'
import {
  type CreatedWebhook,
  createdWebhookSchema,
  type WebhookDelivery,
  webhookDeliveryPageSchema,
  webhookListSchema,
} from '@weft/protocol/http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callApi, tokenFor, withTokens } from '../support/api-client.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { type RunningServer, startTestServer } from '../support/running-server.ts'

describe('/webhooks', () => {
  let receiver: Receiver
  let server: RunningServer
  let store: MemoryStore
  let status: number

  beforeEach(async () => {
    status = 200
    store = new MemoryStore()
    receiver = await startReceiver((_request, response) => response.writeHead(status).end())
    server = await startTestServer({ ...withTokens, openStore: store, webhookNetworks: ['loopback'] })
  })
  afterEach(async () => {
    await server.stop()
    await receiver[Symbol.asyncDispose]()
  })

  const admin = (documents = '*'): Promise<string> => tokenFor(documents, 'admin', 'ops')
  const asked = (facts: object = {}): object => ({
    url: `http://127.0.0.1:${receiver.port}/hook`,
    documents: 'team/*',
    events: ['document.created', 'document.deleted'],
    ...facts,
  })

  async function create(token: string, facts: object = {}): Promise<CreatedWebhook> {
    const response = await callApi(server, token, 'POST', '/webhooks', asked(facts))
    expect(response.status).toBe(201)
    const webhook = createdWebhookSchema.parse(await response.json())
    expect(response.headers.get('location')).toBe(`/api/v1/webhooks/${webhook.id}`)
    return webhook
  }

  async function deliveries(token: string, id: string, query = ''): Promise<readonly WebhookDelivery[]> {
    const response = await callApi(server, token, 'GET', `/webhooks/${id}/deliveries${query}`)
    expect(response.status).toBe(200)
    return webhookDeliveryPageSchema.parse(await response.json()).deliveries
  }

  it('tells a real receiver, and shows what became of it', { timeout: 30_000 }, async () => {
    const token = await admin()
    const { id, secret } = await create(token)
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/)
    await callApi(server, token, 'POST', '/documents', { id: 'other/a' })
    await callApi(server, token, 'POST', '/documents', { id: 'team/a', title: 'A' })
    const heard = await receiver.hears(() => true)
    expect([heard.method, heard.url]).toEqual(['POST', '/hook'])
    expect(JSON.parse(heard.body)).toMatchObject({ type: 'document.created', data: { document: 'team/a', title: 'A' } })
    await expect
      .poll(() => deliveries(token, id, '?state=delivered'), { timeout: 20_000 })
      .toMatchObject([
        {
          id: heard.headers['webhook-id'],
          event: 'document.created',
          document: 'team/a',
          attempts: 1,
          due: null,
          last: { status: 200, error: '' },
        },
      ])
  })

  it('a delivery that fails waits, and is delivered again when somebody asks', { timeout: 30_000 }, async () => {
    status = 500
    const token = await admin()
    const { id } = await create(token)
    await callApi(server, token, 'POST', '/documents', { id: 'team/a' })
    await expect
      .poll(() => deliveries(token, id), { timeout: 20_000 })
      .toMatchObject([{ state: 'waiting', due: expect.any(String), last: { status: 500, error: 'it answered 500' } }])
    status = 200
    const [waiting] = await deliveries(token, id)
    const path = `/webhooks/${id}/deliveries/${waiting?.id}/retry`
    expect((await callApi(server, token, 'POST', path)).status).toBe(202)
    await expect.poll(() => deliveries(token, id, '?state=delivered'), { timeout: 20_000 }).toHaveLength(1)
    const stranger = await callApi(server, token, 'POST', `/webhooks/${id}/deliveries/msg_x/retry`)
    expect(stranger.status).toBe(404)
  })

  it('the secret is shown once, and never again, and is in no line of the log', async () => {
    const token = await admin()
    const { id, secret, ...shown } = await create(token)
    expect(await (await callApi(server, token, 'GET', `/webhooks/${id}`)).json()).toEqual({ id, ...shown })
    const list = await (await callApi(server, token, 'GET', '/webhooks')).text()
    expect(webhookListSchema.parse(JSON.parse(list)).webhooks).toEqual([{ id, ...shown }])
    expect(list).not.toContain(secret)
    expect(server.captured.text).not.toContain(secret)
    expect((await callApi(server, token, 'DELETE', `/webhooks/${id}`)).status).toBe(204)
    expect((await callApi(server, token, 'GET', `/webhooks/${id}`)).status).toBe(404)
    const acts = await (await callApi(server, token, 'GET', '/audit')).json()
    expect(acts).toMatchObject({
      entries: [
        { act: 'webhook.delete', target: id },
        { act: 'webhook.create', target: id },
      ],
    })
  })

  it('is for whoever is admin of all documents that it is about', async () => {
    const [all, team, other] = [await admin(), await admin('team/*'), await admin('other/*')]
    const { id } = await create(all)
    const narrow = await create(team, { documents: 'team/a-*' })
    for (const documents of ['*', 'tea*', 'other/*', '*/team/x']) {
      const response = await callApi(server, team, 'POST', '/webhooks', asked({ documents }))
      expect(response.status, documents).toBe(403)
    }
    const idsOf = async (token: string): Promise<string[]> => {
      const body: unknown = await (await callApi(server, token, 'GET', '/webhooks')).json()
      return webhookListSchema.parse(body).webhooks.map((webhook) => webhook.id)
    }
    expect((await idsOf(all)).toSorted()).toEqual([id, narrow.id].toSorted())
    expect((await idsOf(team)).toSorted()).toEqual([id, narrow.id].toSorted())
    expect(await idsOf(other)).toEqual([])
    expect(await idsOf(await tokenFor('*', 'write'))).toEqual([])
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/deliveries'],
      ['POST', '/deliveries/x/retry'],
    ] as const) {
      expect((await callApi(server, other, method, `/webhooks/${id}${path}`)).status).toBe(404)
    }
  })

  it.each<[object, string]>([
    [{ url: 'ftp://receiver.example/' }, 'url'],
    [{ url: 'https://user:pw@receiver.example/' }, 'url'],
    [{ url: 'https://receiver.example/#x' }, 'url'],
    [{ url: 'receiver.example' }, 'url'],
    [{ url: 'http://10.0.0.1/' }, 'url'],
    [{ url: 'http://[fd00::1]/' }, 'url'],
    [{ url: `https://receiver.example/${'x'.repeat(2048)}` }, 'url'],
    [{ documents: '' }, 'documents'],
    [{ documents: 'a b' }, 'documents'],
    [{ events: [] }, 'events'],
    [{ events: ['document.opened'] }, 'events.0'],
    [{ secret: 'mine' }, ''],
  ])('E2: %j is a problem that names %s', async (facts, field) => {
    const response = await callApi(server, await admin(), 'POST', '/webhooks', asked(facts))
    const errors: unknown = expect.arrayContaining([expect.objectContaining({ field })])
    expect(await response.json()).toMatchObject({ type: '/problems/invalid-request', status: 400, errors })
  })

  it('E2: a cursor that was made up is a problem, and so is one webhook too many', async () => {
    const token = await admin()
    const { id } = await create(token)
    const response = await callApi(server, token, 'GET', `/webhooks/${id}/deliveries?cursor=x`)
    expect(await response.json()).toMatchObject({ type: '/problems/invalid-cursor', status: 400 })
    for (let count = 1; count < 200; count++) await create(token)
    const many = await callApi(server, token, 'POST', '/webhooks', asked())
    expect(await many.json()).toMatchObject({ type: '/problems/too-many', status: 409 })
  })
})

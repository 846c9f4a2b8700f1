import { MemoryStore } from '@weft/persistence'
import { expect, it } from 'vitest'
import { ChangeTail } from '../../src/changes/change-tail.ts'
import { IdentityPolicy } from '../../src/auth/identity-policy.ts'
import { createEdge } from '../../src/http/edge.ts'
import { systemSurroundings } from '../../src/system-surroundings.ts'
import { edgeParts } from '../support/edge-parts.ts'
import { noLinks } from '../support/store-parts.ts'

const mostStreams = 500

it('500 streams of changes are each told of one; the next one is refused until another ends', async () => {
  const store = new MemoryStore()
  const tail = new ChangeTail({ changes: () => store.changes, surroundings: systemSurroundings })
  const edge = createEdge({
    ...edgeParts(store),
    report: () => {},
    feed: { changes: () => store.changes, tail, surroundings: systemSurroundings },
    policy: new IdentityPolicy({ verifier: undefined, links: noLinks, anonymous: 'read', randomId: () => 'id' }),
  })
  const open = async (): Promise<Response> => {
    const headers = { host: '127.0.0.1:8787', accept: 'text/event-stream' }
    return await edge.fetch(new Request('http://127.0.0.1:8787/api/v1/changes', { headers }))
  }
  const streams = await Promise.all(Array.from({ length: mostStreams }, open))
  expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]))
  const refused = await open()
  expect([refused.status, await refused.json()]).toMatchObject([503, { type: '/problems/overloaded' }])
  // Pages are answered all the same.
  const page = new Request('http://127.0.0.1:8787/api/v1/changes', { headers: { host: '127.0.0.1:8787' } })
  expect((await edge.fetch(page)).status).toBe(200)

  const readers = streams.flatMap(({ body }) => (body === null ? [] : [body.getReader()]))
  await Promise.all(readers.map((reader) => reader.read()))
  const told = readers.map(async (reader) => Buffer.from((await reader.read()).value ?? []).toString())
  await store.catalog.create({ id: 'team/new', title: '', createdBy: 'ada', at: 1 })
  expect((await Promise.all(told)).filter((text) => text.includes('"document":"team/new"'))).toHaveLength(mostStreams)

  await readers[0]?.cancel()
  expect((await open()).status).toBe(200)
  tail.end()
})

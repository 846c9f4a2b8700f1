import { type DocumentCounts, MemoryStore, StoreUnavailableError } from '@weft/persistence'
import { type Statistics, statisticsSchema } from '@weft/protocol/http'
import { expect, it } from 'vitest'
import { IdentityPolicy } from '../../src/auth/identity-policy.ts'
import { createEdge } from '../../src/http/edge.ts'
import { askAsDescribed } from '../support/as-described.ts'
import { edgeParts } from '../support/edge-parts.ts'
import { noLinks } from '../support/store-parts.ts'

const load = { documents: 1, connections: 2, members: 2, unsavedBytes: 0, residentBytes: 3 }
const nodes = [{ node: 'node-a', answer: { ...load, eventLoopDelay: 0.5, loadStage: 0 } }]

async function statisticsOf(store: MemoryStore): Promise<Statistics> {
  const edge = createEdge({
    ...edgeParts(store),
    statistics: async () => ({ answers: nodes, unanswered: ['node-b'] }),
    policy: new IdentityPolicy({ verifier: undefined, links: noLinks, anonymous: 'admin', randomId: () => 'id' }),
  })
  const request = new Request('http://127.0.0.1:8787/api/v1/statistics', { headers: { host: '127.0.0.1:8787' } })
  return statisticsSchema.parse(await (await askAsDescribed(edge, request)).json())
}

it('statistics count the documents, and those of the trash', async () => {
  const store = new MemoryStore()
  for (const id of ['a', 'b', 'c']) await store.catalog.create({ id, title: '', createdBy: 'ada', at: 1 })
  await store.catalog.trash('b', 2)
  const { catalog, total } = await statisticsOf(store)
  expect(catalog).toEqual({ documents: 2, trashed: 1 })
  expect(total).toEqual(load)
})

it('while the store is away they say how the nodes are', async () => {
  const store = new MemoryStore()
  store.catalog.count = (): Promise<DocumentCounts> => Promise.reject(new StoreUnavailableError('away'))
  const { catalog, nodes: each, unanswered } = await statisticsOf(store)
  expect([catalog, each.length, unanswered]).toEqual([null, 1, ['node-b']])
})

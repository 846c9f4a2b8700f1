import { MemoryStore, StoreUnavailableError } from '@weft/persistence'
import { expect, it } from 'vitest'
import type { Identity } from '../src/auth/access.ts'
import { RevocationList } from '../src/auth/revocation-list.ts'
import { DocumentLinks } from '../src/document-links.ts'
import { noRevocations } from './support/tokens.ts'

const maker: Identity = {
  subject: 'ada',
  grants: [{ documents: '*', role: 'admin' }],
  token: undefined,
  withdrawn: () => false,
  withdrawnFrom: () => [],
  expires: undefined,
}

async function linksOver(
  store: MemoryStore,
  time: { now: number },
  revocations: Pick<RevocationList, 'covers'> = noRevocations,
): Promise<DocumentLinks> {
  await store.catalog.create({ id: 'a', title: '', createdBy: '', at: 1 })
  return new DocumentLinks({
    store: () => store,
    revocations,
    revoke: () => Promise.resolve(),
    maxLifetime: 1_000_000,
    now: () => time.now,
  })
}

it('a link holds until its end and not longer, and makes room for others then', async () => {
  const time = { now: 1_000 }
  const store = new MemoryStore()
  const links = await linksOver(store, time)
  const made = await links.create('a', { role: 'read', expires: 2_000 }, maker)
  if (made === 'full') throw new Error('there is room')
  expect(await links.identify(made.credential)).toMatchObject({ expires: 2_000, madeBy: [] })
  time.now = 1_999
  expect(await links.list('a')).toHaveLength(1)
  time.now = 2_000
  expect(await links.identify(made.credential)).toEqual({
    refused: 'unauthorized',
    text: 'The link does not hold: it has expired.',
  })
  expect(await links.list('a')).toEqual([])
  await links.create('a', { role: 'read', expires: 3_000 }, maker)
  expect(await store.collections.list('links:a', { limit: 10 })).toHaveLength(1)
})

it('a store that is away is no reason to say that a link does not hold', async () => {
  const store = new MemoryStore()
  const links = await linksOver(store, { now: 1 })
  const made = await links.create('a', { role: 'read', expires: undefined }, maker)
  if (made === 'full') throw new Error('there is room')
  store.collections.get = () => Promise.reject(new StoreUnavailableError('away'))
  expect(await links.identify(made.credential)).toMatchObject({ refused: 'keys-unavailable' })
})

it('a link made with a token that does not say when it was issued holds, and ends as one from before any revocation', async () => {
  const revocations = new RevocationList(() => 1_000)
  const links = await linksOver(new MemoryStore(), { now: 1_000 }, revocations)
  const token = { subject: 'ada', jti: undefined, issued: Number.NEGATIVE_INFINITY }
  const made = await links.create('a', { role: 'read', expires: undefined }, { ...maker, token })
  if (made === 'full') throw new Error('there is room')
  expect(await links.identify(made.credential)).toMatchObject({ grants: [{ documents: 'a', role: 'read' }] })
  revocations.add([{ id: 'one', tokens: { subject: 'ada' }, before: 0, until: 9_000 }])
  expect(await links.identify(made.credential)).toMatchObject({ refused: 'revoked' })
})

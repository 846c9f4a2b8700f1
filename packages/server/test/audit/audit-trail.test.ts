import { InvalidCursorError, MemoryStore } from '@weft/persistence'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Act, RecordedAct } from '../../src/audit/act.ts'
import { AuditTrail } from '../../src/audit/audit-trail.ts'

const day = 86_400_000

describe('the audit trail', () => {
  let now: number
  let store: MemoryStore
  let ids: number

  beforeEach(() => {
    now = Date.UTC(2026, 5, 1)
    store = new MemoryStore()
    ids = 0
  })

  function trail(kept: number | 'for ever' = 30 * day): AuditTrail {
    const retention = kept === 'for ever' ? undefined : kept
    return new AuditTrail({
      collections: () => store.collections,
      retention,
      now: () => now,
      randomId: () => `id${++ids}`,
    })
  }

  function act(facts: Partial<Act> = {}): Act {
    return { act: 'document.erase', actor: 'ada', document: 'd', target: undefined, request: 'r', ...facts }
  }

  async function all(of: AuditTrail, limit = 50, shown = (_act: RecordedAct): boolean => true): Promise<RecordedAct[]> {
    const acts: RecordedAct[] = []
    let cursor: string | undefined
    do {
      const page = await of.list({ limit, cursor, shown })
      expect(page.acts.length).toBeLessThanOrEqual(limit)
      acts.push(...page.acts)
      cursor = page.next
    } while (cursor !== undefined)
    return acts
  }

  it('keeps each act with who did it, to what, when, newest first, for every node', async () => {
    await trail().record(act({ document: 'a', request: 'first' }))
    now += 1_000
    await trail().record(act({ document: undefined, target: 'hook', act: 'webhook.create', actor: 'Zoë "?>' }))
    expect(await all(trail())).toEqual([
      {
        ...act({ act: 'webhook.create', actor: 'Zoë "?>', document: undefined, target: 'hook' }),
        id: expect.any(String),
        at: now,
      },
      { ...act({ document: 'a', request: 'first' }), id: expect.any(String), at: now - 1_000 },
    ])
  })

  it.each([1, 2, 7, 50])('is read in pages of %i that hold each act once', async (limit) => {
    const made = trail()
    for (let number = 0; number < 20; number++) {
      now += number % 3
      await made.record(act({ request: String(number) }))
    }
    const seen = await all(made, limit)
    expect(seen.map(({ request }) => Number(request)).toSorted((a, b) => a - b)).toEqual([...Array(20).keys()])
    expect(seen.map(({ at }) => at)).toEqual(seen.map(({ at }) => at).toSorted((a, b) => b - a))
    expect((await all(made, limit, ({ request }) => request === '3')).map(({ request }) => request)).toEqual(['3'])
  })

  it('a page looks at a bounded number of acts, and says where the next one begins', async () => {
    const made = trail()
    for (let number = 0; number < 2_100; number++) await made.record(act({ request: String(number) }))
    const shown = ({ request }: RecordedAct): boolean => request === '0'
    const first = await made.list({ limit: 10, shown })
    expect(first).toEqual({ acts: [], next: expect.any(String) })
    expect(await all(made, 10, shown)).toMatchObject([{ request: '0' }])
  })

  it('an act is gone when its time is over, from the store too', async () => {
    const made = trail()
    await made.record(act({ request: 'old' }))
    now += 20 * day
    await made.record(act({ request: 'new' }))
    now += 10 * day
    expect(await all(made)).toHaveLength(2)
    now += 1
    expect((await all(made)).map(({ request }) => request)).toEqual(['new'])
    now += 3_600_000
    await made.record(act({ request: 'newest' }))
    expect(await store.collections.list('audit', { limit: 10 })).toHaveLength(2)
    now += 1_000 * day
    expect(await all(trail('for ever'))).toHaveLength(2)
  })

  it('what is no act is passed over, and a cursor that was made up is refused', async () => {
    const made = trail()
    await made.record(act())
    await store.collections.change('audit', { put: [{ key: `${String(now).padStart(15, '0')}.odd`, text: '{"at":' }] })
    expect(await all(made)).toHaveLength(1)
    for (const cursor of ['', 'x', Buffer.from('000000000000001').toString('base64url')]) {
      const listing = made.list({ limit: 1, cursor, shown: () => true })
      await expect(listing).rejects.toBeInstanceOf(InvalidCursorError)
    }
  })
})

import { expect, test } from 'vitest'
import type { Revocation } from '../revocations.ts'
import type { StoreKind } from './store-fixture.ts'
import { withStore } from './with-store.ts'

/** Takes the tokens of a subject back. */
export function revocationOf(id: string, facts: Partial<Revocation> = {}): Revocation {
  return { id, tokens: { subject: 'Zoë "?>' }, before: 1_000, until: Date.now() + 600_000, by: 'ada', ...facts }
}

/** What holds of the revocations. */
export function revocationRules(kind: StoreKind): void {
  test('revocations are there as they were made, and what was seen is not told again', () =>
    withStore(kind, async ({ store: { revocations } }) => {
      const now = Date.now()
      expect(await revocations.since(undefined, now)).toEqual({ version: '', revocations: [] })
      expect(await revocations.since('', now)).toBeUndefined()
      const all = [
        revocationOf('one'),
        revocationOf('two', { tokens: { subject: 'ada', document: 'team-a/plan' } }),
        revocationOf('three', { tokens: { jti: 'token-1' } }),
      ]
      const versions = new Set([''])
      for (const [index, revocation] of all.entries()) {
        await revocations.add(revocation, now)
        const [seen] = [...versions].slice(-1)
        const found = await revocations.since(seen, now)
        expect(found?.revocations.toSorted(byId)).toEqual(all.slice(0, index + 1).toSorted(byId))
        expect(await revocations.since(found?.version, now)).toBeUndefined()
        versions.add(found?.version ?? '')
      }
      expect(versions.size).toBe(4)
      const found = await revocations.since(undefined, now)
      expect(found?.revocations.toSorted(byId)).toEqual(all.toSorted(byId))
    }))

  test('a revocation holds until its time is over, whatever comes after it', () =>
    withStore(kind, async ({ store: { revocations } }) => {
      const now = Date.now()
      await revocations.add(revocationOf('short', { until: now + 20_000 }), now)
      await revocations.add(revocationOf('long', { until: now + 60_000 }), now)
      await revocations.add(revocationOf('between', { until: now + 40_000 }), now + 19_999)
      const idsAt = async (time: number): Promise<string[]> => {
        const { revocations: found = [] } = (await revocations.since(undefined, time)) ?? {}
        return found.map(({ id }) => id).toSorted()
      }
      expect(await idsAt(now + 19_999)).toEqual(['between', 'long', 'short'])
      expect(await idsAt(now + 20_000)).toEqual(['between', 'long'])
      expect(await idsAt(now + 40_000)).toEqual(['long'])
      await revocations.add(revocationOf('new', { until: now + 90_000 }), now + 60_000)
      expect(await idsAt(now + 60_000)).toEqual(['new'])
    }))

  if (!kind.durable) return
  test('revocations are there after the store was closed', () =>
    withStore(kind, async (subject) => {
      const kept = revocationOf('kept', { until: Date.now() + 60_000 })
      await subject.store.revocations.add(kept, Date.now())
      await subject.reopen()
      expect(await subject.store.revocations.since(undefined, Date.now())).toMatchObject({ revocations: [kept] })
    }))
}

function byId(a: Revocation, b: Revocation): number {
  return a.id < b.id ? -1 : 1
}

import { MemoryStore, type Revocations, StoreUnavailableError } from '@weft/persistence'
import { expect, it } from 'vitest'
import { RevocationList } from '../src/auth/revocation-list.ts'
import { RevocationWatch } from '../src/revocation-watch.ts'
import { CapturedLog } from './support/captured-log.ts'
import { FakeSurroundings } from './support/fake-surroundings.ts'

const maxLifetime = 100_000

/** A node over a store that it shares with others. */
class Node {
  readonly captured = new CapturedLog()
  readonly list: RevocationList
  readonly watch: RevocationWatch
  changes = 0

  constructor(surroundings: FakeSurroundings) {
    this.list = new RevocationList(() => surroundings.now())
    const changed = (): void => void this.changes++
    this.watch = new RevocationWatch({ list: this.list, surroundings, log: this.captured.log, maxLifetime, changed })
  }

  covers(subject: string, issued: number, jti?: string, document?: string): boolean {
    return this.list.covers({ subject, issued, jti }, document)
  }
}

async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
}

it('what one node revokes the others know within a second, and those that come later at once', async () => {
  const surroundings = new FakeSurroundings()
  const { revocations } = new MemoryStore()
  const [a, b] = [new Node(surroundings), new Node(surroundings)]
  await Promise.all([a.watch.begin(revocations, true), b.watch.begin(revocations, true)])
  const before = surroundings.now()
  await a.watch.revoke(revocations, { subject: 'ada' }, 'grace')
  expect([a.covers('ada', before - 1), a.covers('ada', before), a.covers('bob', 0)]).toEqual([true, false, false])
  expect(b.covers('ada', before - 1)).toBe(false)
  surroundings.advance(1_000)
  await turn()
  expect(b.covers('ada', before - 1)).toBe(true)
  surroundings.advance(10_000)
  await turn()
  expect([a.changes, b.changes]).toEqual([1, 1])
  const late = new Node(surroundings)
  await late.watch.begin(revocations, true)
  expect(late.covers('ada', before - 1)).toBe(true)
  expect(a.captured.of('tokens-revoked')).toMatchObject([{ subject: 'ada', by: 'grace' }])
})

it('a revocation holds until every token that it covers has expired, and then nothing of it is left', async () => {
  const surroundings = new FakeSurroundings()
  const { revocations } = new MemoryStore()
  const node = new Node(surroundings)
  await node.watch.begin(revocations, true)
  const { until } = await node.watch.revoke(revocations, { jti: 'one' }, 'grace')
  expect(until - surroundings.now()).toBeGreaterThan(maxLifetime)
  surroundings.advance(until - surroundings.now() - 1)
  expect(node.covers('ada', 0, 'one')).toBe(true)
  surroundings.advance(1)
  expect(node.covers('ada', 0, 'one')).toBe(false)
})

it('a node keeps what it knows when the store has lost it, and says once that the store is away', async () => {
  const surroundings = new FakeSurroundings()
  let store: Revocations | undefined = new MemoryStore().revocations
  const away: Revocations = {
    add: (revocation, now) => store?.add(revocation, now) ?? Promise.reject(new StoreUnavailableError('away')),
    since: (seen, now) => store?.since(seen, now) ?? Promise.reject(new StoreUnavailableError('away')),
  }
  const node = new Node(surroundings)
  await node.watch.begin(away, true)
  await node.watch.revoke(away, { subject: 'ada', document: 'd' }, 'grace')
  store = undefined
  for (let second = 0; second < 5; second++) {
    surroundings.advance(1_000)
    await turn()
  }
  expect(node.captured.of('revocations-unknown')).toHaveLength(1)
  await expect(node.watch.revoke(away, { jti: 'x' }, 'grace')).rejects.toThrow(StoreUnavailableError)
  expect(node.covers('eve', 0, 'x')).toBe(false)
  store = new MemoryStore().revocations
  surroundings.advance(1_000)
  await turn()
  expect(node.captured.of('revocations-recovered')).toHaveLength(1)
  expect([node.covers('ada', 0, undefined, 'd'), node.covers('ada', 0, undefined, 'e')]).toEqual([true, false])
})

it('a store of one process is asked once, and again only where it did not answer', async () => {
  const surroundings = new FakeSurroundings()
  const { revocations } = new MemoryStore()
  const node = new Node(surroundings)
  await node.watch.begin(revocations, false)
  expect(surroundings.timers).toBe(0)
  const other = new Node(surroundings)
  await other.watch.begin({ ...revocations, since: () => Promise.reject(new StoreUnavailableError('away')) }, false)
  expect(surroundings.timers).toBe(1)
  other.watch.stop()
  expect(surroundings.timers).toBe(0)
})

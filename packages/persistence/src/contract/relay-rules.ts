import { describe, expect, test } from 'vitest'
import { HearingListener, type RelayFixture, type RelayKind } from './relay-fixture.ts'
import { append, begin, entry } from './with-store.ts'

/** The contract of a relay, as tests: each is titled with the rule that it holds. */
export function describeRelay(kind: RelayKind): void {
  const withRelay = async (work: (fixture: RelayFixture) => Promise<void>): Promise<void> => {
    const fixture = await kind.create()
    try {
      await work(fixture)
    } finally {
      await fixture.dispose()
    }
  }

  describe(`a ${kind.name} relay`, () => {
    test('X1: every node that is subscribed hears an append once, with its places, its own node too', () =>
      withRelay(async ({ a, b, deliver }) => {
        const epoch = await begin(a.store, 'team/plan')
        const [ears, others] = [new HearingListener(), new HearingListener()]
        await a.relay.subscribe('team/plan', ears)
        await b.relay.subscribe('team/plan', others)
        const entries = [entry('one'), { ...entry('two'), actor: 'Zoë ✎', at: 7 }]
        const first = await a.store.log.append('team/plan', { epoch, token: 't', entries })
        await a.store.log.append('team/plan', { epoch, token: 't', entries })
        const second = await append(b.store, 'team/plan', epoch, 'three')
        deliver()
        for (const heard of [ears, others]) {
          await heard.until(() => heard.appends.length === 2)
          expect(heard.texts).toEqual(['one', 'two', 'three'])
          expect(heard.appends).toMatchObject([
            { ...first, origin: 'node-a' },
            { ...second, origin: 'node-b' },
          ])
          expect(heard.appends[0]?.entries[1]).toMatchObject({ position: 2, actor: 'Zoë ✎', at: 7, tip: first.tip })
          expect(heard.appends[1]?.previousTip).toBe(first.tip)
          expect(heard.resumptions).toBe(0)
        }
      }))

    test('X1: presence reaches the other nodes, never the one that published it, and is not in the log', () =>
      withRelay(async ({ a, b, deliver }) => {
        const epoch = await begin(a.store, 'a')
        const [ears, others] = [new HearingListener(), new HearingListener()]
        await a.relay.subscribe('a', ears)
        await b.relay.subscribe('a', others)
        await a.relay.publish('a', Buffer.from('here'))
        await b.relay.publish('a', Buffer.from('there'))
        deliver()
        await ears.until(() => ears.messages.length > 0)
        await append(b.store, 'a', epoch, 'one')
        deliver()
        await others.until(() => others.appends.length === 1)
        await ears.until(() => ears.appends.length === 1)
        expect(others.messages).toEqual(['node-a: here'])
        expect(ears.messages).toEqual(['node-b: there'])
        expect((await a.store.log.load('a')).entries).toHaveLength(1)
      }))

    test('X1: a document is heard while it is subscribed to, by as many as are, and no other is', () =>
      withRelay(async ({ a, b, deliver }) => {
        const [epoch, elsewhere] = [await begin(a.store, 'a'), await begin(a.store, 'b')]
        const [first, second, control] = [new HearingListener(), new HearingListener(), new HearingListener()]
        const subscription = await b.relay.subscribe('a', first)
        const [again] = await Promise.all([b.relay.subscribe('a', second), a.relay.subscribe('a', control)])
        await append(a.store, 'b', elsewhere, 'not for them')
        await append(a.store, 'a', epoch, 'one')
        deliver()
        await second.until(() => second.appends.length === 1)
        await first.until(() => first.appends.length === 1)
        subscription.close()
        await append(a.store, 'a', epoch, 'two')
        deliver()
        await second.until(() => second.appends.length === 2)
        expect(first.texts).toEqual(['one'])
        again.close()
        again.close()
        // Taken up again at once: the end of the old subscription does not end the new one.
        const third = new HearingListener()
        await b.relay.subscribe('a', third)
        await append(a.store, 'a', epoch, 'three')
        deliver()
        await third.until(() => third.appends.length === 1)
        expect(third.texts).toEqual(['three'])
        expect(second.texts).toEqual(['one', 'two'])
      }))

    test('X1: a node whose subscriptions were lost is told so once they are back, and hears what comes then', () =>
      withRelay(async ({ a, b, deliver, whileDeaf }) => {
        const ids = ['a', 'b', 'c']
        const epochs = await Promise.all(ids.map((id) => begin(a.store, id)))
        const heard = ids.map(() => new HearingListener())
        await Promise.all(heard.map((listener, index) => b.relay.subscribe(ids[index] ?? '', listener)))
        await whileDeaf(async () => void (await append(a.store, 'a', epochs[0] ?? '', 'missed')))
        await Promise.all(heard.map((listener) => listener.until(() => listener.resumptions === 1)))
        await Promise.all(ids.map((id, index) => append(a.store, id, epochs[index] ?? '', id)))
        deliver()
        await Promise.all(heard.map((listener) => listener.until(() => listener.appends.length > 0)))
        expect(heard.map(({ texts }) => texts.at(-1))).toEqual(ids)
      }))
  })
}

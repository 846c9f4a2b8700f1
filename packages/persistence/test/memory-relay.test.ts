import { expect, test } from 'vitest'
import { describeRelay } from '../src/contract/relay-rules.ts'
import { HearingListener, type RelayFixture } from '../src/contract/relay-fixture.ts'
import { append, begin, entry } from '../src/contract/with-store.ts'
import { StoreUnavailableError } from '../src/errors.ts'
import { MemoryRelay } from '../src/memory/memory-relay.ts'
import { MemoryStore } from '../src/memory/memory-store.ts'

function makeFixture(): RelayFixture {
  const relay = new MemoryRelay(new MemoryStore())
  return {
    a: relay.node('node-a'),
    b: relay.node('node-b'),
    deliver: () => relay.deliverAll(),
    whileDeaf: async (work) => {
      relay.disconnect('node-b')
      await work()
      relay.reconnect('node-b')
    },
    dispose: async () => {},
  }
}

describeRelay({ name: 'memory', create: async () => makeFixture() })

test('X1: the test decides what becomes of a message: late, twice, out of order, never', async () => {
  const relay = new MemoryRelay(new MemoryStore())
  const [a, b] = [relay.node('a'), relay.node('b')]
  const epoch = await begin(a.store, 'd')
  const listener = new HearingListener()
  await b.relay.subscribe('d', listener)
  for (const text of ['one', 'two', 'three']) await append(a.store, 'd', epoch, text)
  const [one, two, three] = relay.inTransit
  if (one === undefined || two === undefined || three === undefined) throw new Error('three were published')
  relay.deliver(three)
  relay.deliver(one)
  relay.deliver(one)
  relay.drop(two)
  relay.deliverAll()
  expect(listener.texts).toEqual(['three', 'one', 'one'])
  expect(relay.inTransit).toEqual([])
})

test('X1: tokens that two nodes repeat in turn append and publish nothing again', async () => {
  const relay = new MemoryRelay(new MemoryStore())
  const [a, b] = [relay.node('a'), relay.node('b')]
  const epoch = await begin(a.store, 'd')
  const listener = new HearingListener()
  await b.relay.subscribe('d', listener)
  const [first, second] = ['one', 'two'].map((text) => ({ epoch, token: text, entries: [entry(text)] }))
  if (first === undefined || second === undefined) throw new Error('there are two')
  const receipts = [await a.store.log.append('d', first), await b.store.log.append('d', second)]
  expect([await a.store.log.append('d', first), await b.store.log.append('d', second)]).toEqual(receipts)
  relay.deliverAll()
  expect(listener.texts).toEqual(['one', 'two'])
})

test('X3: a node that is cut off from the relay is refused, and told when it is back', async () => {
  const relay = new MemoryRelay(new MemoryStore())
  const node = relay.node('a')
  const listener = new HearingListener()
  await node.relay.subscribe('d', listener)
  relay.disconnect('a')
  await expect(node.relay.subscribe('d', listener)).rejects.toThrow(StoreUnavailableError)
  await expect(node.relay.publish('d', Buffer.of(1))).rejects.toThrow(StoreUnavailableError)
  relay.reconnect('a')
  relay.reconnect('a')
  expect(listener.resumptions).toBe(1)
})

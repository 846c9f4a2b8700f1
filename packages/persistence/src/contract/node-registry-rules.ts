import { describe, expect, test } from 'vitest'
import { currentFormats } from '../formats.ts'
import type { NodeRecord, NodeRegistry } from '../node-registry.ts'

/** The registries of two nodes over one empty store. */
export interface NodeRegistryFixture {
  readonly a: NodeRegistry
  readonly b: NodeRegistry
  /** Lets so many milliseconds pass for everyone who is announced. */
  readonly pass: (milliseconds: number) => Promise<void>
  readonly dispose: () => Promise<void>
}

/** A registry of nodes, to be put to the contract. */
export interface NodeRegistryKind {
  readonly name: string
  create(): Promise<NodeRegistryFixture>
}

/** What a node may say of itself. */
export function nodeNamed(id: string, facts: Partial<NodeRecord> = {}): NodeRecord {
  return {
    id,
    host: 'machine-1',
    pid: 4321,
    version: '1.2.3',
    role: 'all',
    since: 1_700_000_000_000,
    documents: 3,
    connections: 5,
    members: 4,
    store: 'ok',
    formats: currentFormats,
    ...facts,
  }
}

/** The contract of a registry of nodes, as tests. */
export function describeNodeRegistry(kind: NodeRegistryKind): void {
  const withNodes = async (work: (fixture: NodeRegistryFixture) => Promise<void>): Promise<void> => {
    const fixture = await kind.create()
    try {
      await work(fixture)
    } finally {
      await fixture.dispose()
    }
  }

  describe(`a ${kind.name} registry of nodes`, () => {
    test('every node sees all that are up, as they last said, in the order of their names', () =>
      withNodes(async ({ a, b }) => {
        expect(await a.list()).toEqual([])
        const [first, second] = [nodeNamed('node-b'), nodeNamed('node-a', { host: 'Zoë’s', store: 'lost' })]
        await b.announce(first, 10_000)
        await a.announce(second, 10_000)
        for (const registry of [a, b]) expect(await registry.list()).toEqual([second, first])
        const { pid: _pid, ...busier } = nodeNamed('node-b', { documents: 7, connections: 0, role: 'sync' })
        await b.announce(busier, 10_000)
        for (const registry of [a, b]) expect(await registry.list()).toEqual([second, busier])
      }))

    test('a node that says nothing for its time is not up any more, and is again once it says so', () =>
      withNodes(async ({ a, b, pass }) => {
        await a.announce(nodeNamed('node-a'), 10_000)
        await b.announce(nodeNamed('node-b'), 60_000)
        await pass(5_000)
        expect(await namesIn(b)).toEqual(['node-a', 'node-b'])
        await a.announce(nodeNamed('node-a'), 10_000)
        await pass(9_000)
        expect(await namesIn(b)).toEqual(['node-a', 'node-b'])
        await pass(1_000)
        expect(await namesIn(b)).toEqual(['node-b'])
        await a.announce(nodeNamed('node-a'), 10_000)
        expect(await namesIn(b)).toEqual(['node-a', 'node-b'])
        await pass(60_000)
        expect(await namesIn(b)).toEqual([])
      }))

    test('a node that withdraws is gone at once, and nobody else is', () =>
      withNodes(async ({ a, b }) => {
        await a.announce(nodeNamed('node-a'), 10_000)
        await b.announce(nodeNamed('node-b'), 10_000)
        await a.withdraw('node-a')
        await a.withdraw('node-a')
        await a.withdraw('never was')
        expect(await namesIn(b)).toEqual(['node-b'])
        await b.withdraw('node-b')
        expect(await namesIn(b)).toEqual([])
      }))

    test('a node is told what stood under its name, so that two of one name find out', () =>
      withNodes(async ({ a, b, pass }) => {
        const [one, other] = [nodeNamed('same', { pid: 1 }), nodeNamed('same', { pid: 2 })]
        expect(await a.announce(one, 10_000)).toBeUndefined()
        expect(await a.announce(one, 10_000)).toEqual(one)
        expect(await b.announce(other, 10_000)).toEqual(one)
        expect(await a.announce(one, 10_000)).toEqual(other)
        await pass(10_000)
        expect(await b.announce(other, 10_000)).toBeUndefined()
        expect(await a.announce(nodeNamed('another'), 10_000)).toBeUndefined()
      }))

    test('a time that is none is refused, and changes nothing', () =>
      withNodes(async ({ a }) => {
        for (const ttl of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 3_600_001]) {
          await expect(a.announce(nodeNamed('node-a'), ttl)).rejects.toThrow(RangeError)
        }
        expect(await a.list()).toEqual([])
      }))
  })
}

async function namesIn(registry: NodeRegistry): Promise<string[]> {
  return (await registry.list()).map(({ id }) => id)
}

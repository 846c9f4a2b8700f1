import { hostname } from 'node:os'
import { MemoryNodes, MemoryRelay, MemoryStore, type NodeRecord, StoreUnavailableError } from '@weft/persistence'
import { encodeSyncStep1 } from '@weft/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { NodeHeartbeat } from '../src/node-heartbeat.ts'
import { version } from '../src/version.ts'
import { CapturedLog } from './support/captured-log.ts'
import { FakeSurroundings } from './support/fake-surroundings.ts'
import { startTestServer } from './support/running-server.ts'
import { SocketClient } from './support/socket-client.ts'

const formats = { oldest: 1, newest: 1, written: 1 }

/** A registry that a test can wait on. */
class HeardNodes extends MemoryNodes {
  readonly #waiting: ((node: NodeRecord) => void)[] = []

  override async announce(node: NodeRecord, ttl: number): Promise<NodeRecord | undefined> {
    const before = await super.announce(node, ttl)
    for (const hear of this.#waiting.splice(0)) hear(node)
    return before
  }

  /** Resolves with what the next node says that announces itself. */
  next(): Promise<NodeRecord> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

/** A registry that a test can cut off, or have answer only when it says so. */
class TroubledNodes extends MemoryNodes {
  away = false
  stuck: Promise<void> | undefined
  announcements = 0

  override async announce(node: NodeRecord, ttl: number): Promise<NodeRecord | undefined> {
    this.announcements++
    await this.stuck
    this.#assertThere()
    return super.announce(node, ttl)
  }

  override async withdraw(node: string): Promise<void> {
    this.#assertThere()
    await super.withdraw(node)
  }

  #assertThere(): void {
    if (this.away) throw new StoreUnavailableError('away')
  }
}

describe('the heartbeat of a node', () => {
  let surroundings: FakeSurroundings
  let nodes: TroubledNodes
  let captured: CapturedLog
  let documents: number

  beforeEach(() => {
    surroundings = new FakeSurroundings()
    nodes = new TroubledNodes(() => surroundings.now())
    captured = new CapturedLog()
    documents = 1
  })

  function start(pid = 1): NodeHeartbeat {
    const describe = (): NodeRecord => ({
      id: 'node-a',
      host: 'machine',
      pid,
      version: '1.0.0',
      role: 'all',
      since: 1_000,
      documents,
      connections: 2,
      members: 2,
      store: 'ok',
      formats,
    })
    return NodeHeartbeat.start({ nodes, describe, surroundings, log: captured.log })
  }

  /** Lets time pass, and what it set off come to its end. */
  async function pass(milliseconds: number): Promise<void> {
    surroundings.advance(milliseconds)
    await new Promise((resume) => setImmediate(resume))
  }

  it('is heard at once, again every five seconds with what is so by then, and holds for two that are lost', async () => {
    const heartbeat = start()
    await pass(0)
    expect(await nodes.list()).toMatchObject([{ id: 'node-a', documents: 1 }])
    documents = 7
    await pass(4_999)
    expect(nodes.announcements).toBe(1)
    await pass(1)
    expect(await nodes.list()).toMatchObject([{ documents: 7 }])
    nodes.away = true
    await pass(5_000)
    await pass(5_000)
    await pass(4_999)
    expect(await nodes.list()).toHaveLength(1)
    await pass(1)
    expect(await nodes.list()).toEqual([])
    nodes.away = false
    await pass(5_000)
    expect(await nodes.list()).toHaveLength(1)
    await heartbeat.stop()
  })

  it('says once that the store is away, and once that it is back', async () => {
    nodes.away = true
    const heartbeat = start()
    for (let beat = 0; beat < 20; beat++) await pass(5_000)
    nodes.away = false
    for (let beat = 0; beat < 20; beat++) await pass(5_000)
    expect(captured.lines.map((line) => [line['level'], line['event'], line['node']])).toEqual([
      ['warn', 'heartbeat-failing', 'node-a'],
      ['info', 'heartbeat-recovered', 'node-a'],
    ])
    await heartbeat.stop()
  })

  it('waits for a store that does not answer, instead of asking it more and more', async () => {
    const answer = Promise.withResolvers<void>()
    nodes.stuck = answer.promise
    const heartbeat = start()
    for (let beat = 0; beat < 5; beat++) await pass(5_000)
    expect(nodes.announcements).toBe(1)
    answer.resolve()
    await pass(0)
    await pass(5_000)
    expect(nodes.announcements).toBe(2)
    await heartbeat.stop()
  })

  it('takes the node out of the list at its end, after what is under way, and leaves no timer', async () => {
    const answer = Promise.withResolvers<void>()
    nodes.stuck = answer.promise
    const heartbeat = start()
    const stopped = heartbeat.stop()
    answer.resolve()
    await stopped
    expect(await nodes.list()).toEqual([])
    expect(surroundings.timers).toBe(0)
    await pass(60_000)
    expect(nodes.announcements).toBe(1)
  })

  it('ends without the store where that is away, or does not answer', async () => {
    const heartbeat = start()
    await pass(0)
    nodes.away = true
    await heartbeat.stop()
    nodes.away = false
    nodes.stuck = new Promise(() => {})
    const stuck = start()
    const stopped = stuck.stop()
    surroundings.advance(2_000)
    await stopped
    expect(surroundings.timers).toBe(0)
  })

  it('says once of each that another node bears the name, and nothing of one that was killed', async () => {
    const killed = start(1)
    await pass(0)
    nodes.away = true
    await killed.stop()
    nodes.away = false
    const heartbeat = start(2)
    for (let beat = 0; beat < 3; beat++) await pass(5_000)
    expect(captured.lines).toEqual([])
    const rival = start(3)
    for (let beat = 0; beat < 5; beat++) await pass(5_000)
    const told = captured.of('node-name-taken')
    expect(told.map((line) => [line['level'], line['node'], line['host'], line['pid']])).toEqual([
      ['error', 'node-a', 'machine', 3],
      ['error', 'node-a', 'machine', 2],
    ])
    await Promise.all([heartbeat.stop(), rival.stop()])
  })

  it('names at its start the nodes whose formats are too far from its own, once', async () => {
    const other = (id: string, written: number): NodeRecord => ({
      id,
      host: 'machine',
      version: '9.0.0',
      role: 'all',
      since: 1,
      documents: 0,
      connections: 0,
      members: 0,
      store: 'ok',
      formats: { oldest: written, newest: written, written },
    })
    await nodes.announce(other('like us', 1), 60_000)
    await nodes.announce(other('ahead', 3), 60_000)
    const heartbeat = start()
    await pass(0)
    await pass(5_000)
    expect(captured.lines).toEqual([
      expect.objectContaining({
        level: 'error',
        event: 'formats-apart',
        node: 'node-a',
        formats,
        other: 'ahead',
        otherVersion: '9.0.0',
        otherFormats: { oldest: 3, newest: 3, written: 3 },
      }),
    ])
    await heartbeat.stop()
  })
})

describe('a server among others', () => {
  it('is listed with what it does while it is up, and not after its end', async () => {
    const relay = new MemoryRelay(new MemoryStore())
    const nodes = new HeardNodes()
    await using first = await startTestServer({ openStore: { ...relay.node('node-a').store, nodes } })
    expect(await nodes.list()).toMatchObject([
      { id: 'node-a', host: hostname(), pid: process.pid, version, role: 'all', documents: 0, store: 'ok', formats },
    ])
    const client = await SocketClient.open(`${first.webSocketUrl}/sync/d`)
    client.send(encodeSyncStep1(new Uint8Array([0])))
    await client.hear((frame) => frame[0] === 0 && frame[1] === 1)
    expect(await nodes.next()).toMatchObject({ id: 'node-a', documents: 1, connections: 1, members: 1 })
    await using second = await startTestServer({ node: 'node-b', openStore: { ...relay.node('node-b').store, nodes } })
    expect((await nodes.list()).map(({ id }) => id)).toEqual(['node-a', 'node-b'])
    await second.stop()
    expect((await nodes.list()).map(({ id }) => id)).toEqual(['node-a'])
    client.ws.close()
  })
})

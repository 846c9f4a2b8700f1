import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { StockClient } from '../../bench/support/stock-client.ts'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { readLog, storeLog } from './log-reader.ts'

/** How soon all nodes agree again after the store or the relay is back, in milliseconds. */
const agreementTime = 5_000
/** How soon an emptied log is whole again, in milliseconds. */
const repairTime = 15_000

const nodeCount = 3
const lookInterval = 50

/** Nodes around a Redis, and on each of them a client of each document that never lets go of its connection. */
class Recovery implements AsyncDisposable {
  readonly redis: RedisServer
  readonly clients: readonly StockClient[]
  readonly #documents: readonly string[]
  readonly #nodes: readonly ServerProcess[]
  #closed = 0

  private constructor(redis: RedisServer, nodes: readonly ServerProcess[], documents: readonly string[]) {
    this.redis = redis
    this.#nodes = nodes
    this.#documents = documents
    this.clients = documents.flatMap((document) =>
      nodes.map((node) => new StockClient({ server: node.webSocketUrl, document })),
    )
    for (const { provider } of this.clients) provider.on('connection-close', () => this.#closed++)
  }

  static async start(documentCount: number): Promise<Recovery> {
    const redis = await RedisServer.start(...durableSettings)
    const args = ['--anonymous', 'write', '--drain-window', '0']
    const options = { built: true, command: 'serve', store: redis.url, args } as const
    const nodes = await Promise.all(Array.from({ length: nodeCount }, () => startServer(options)))
    const documents = Array.from({ length: documentCount }, (_, index) => `recovery/${index}`)
    const recovery = new Recovery(redis, nodes, documents)
    await Promise.all(recovery.clients.map((client) => client.synced()))
    for (const [index, client] of recovery.clients.entries()) client.doc.getArray('edits').push([`before ${index}`])
    await Promise.all(recovery.clients.map((client) => client.allSaved()))
    await recovery.untilAgreed(agreementTime)
    return recovery
  }

  /** How many connections have ended. */
  get closed(): number {
    return this.#closed
  }

  /** How often a node said that it put something back. */
  get repairs(): number {
    return this.#nodes.flatMap(({ log }) => log).filter(({ event }) => event === 'log-repaired').length
  }

  /** Every client writes, every few milliseconds, until told to stop. */
  async writeUntil(stopped: Promise<void>): Promise<void> {
    let writing = true
    void stopped.then(() => (writing = false))
    for (let round = 0; writing; round++) {
      for (const [index, { doc }] of this.clients.entries()) doc.getArray('edits').push([`${index}.${round}`])
      await sleep(lookInterval)
    }
  }

  /** Takes all subscriptions away, as soon as they are there again. */
  async loseRelayWhile(lost: () => boolean): Promise<void> {
    const { client } = this.redis
    while (lost()) {
      const list = String(await client.call('CLIENT', 'LIST'))
      for (const [, id = ''] of list.matchAll(/^id=(\d+) .* name=weft-relay /gm)) {
        await client.call('CLIENT', 'KILL', 'ID', id).catch(() => {})
      }
    }
  }

  /**
   * Resolves when all clients of each document and the log have the same state.
   *
   * @returns after how many milliseconds
   * @throws Error where that takes longer
   */
  async untilAgreed(limit: number): Promise<number> {
    const begun = performance.now()
    while (!(await this.#agree())) {
      const elapsed = performance.now() - begun
      if (elapsed > limit) throw new Error(`replicas and log still differ after ${Math.round(elapsed)} ms`)
      await sleep(lookInterval)
    }
    return performance.now() - begun
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.clients) client.destroy()
    await Promise.all(this.#nodes.map((node) => node[Symbol.asyncDispose]()))
    await this.redis[Symbol.asyncDispose]()
  }

  async #agree(): Promise<boolean> {
    const logs = await readLog(
      storeLog(() => this.redis.url),
      this.#documents,
    )
    return this.#documents.every((document, index) => {
      const clients = this.clients.slice(index * nodeCount, (index + 1) * nodeCount)
      const states = [logs.get(document), ...clients].map((holder) => holder && Y.snapshot(holder.doc))
      const [first] = states
      return states.every((state) => state && first && Y.equalSnapshots(state, first))
    })
  }
}

test('X3: all nodes agree within 5 s after Redis is back, and nobody has to reconnect', async () => {
  await using recovery = await Recovery.start(2)
  await recovery.redis.kill()
  await recovery.writeUntil(sleep(3_000))
  const unsaved = recovery.clients.filter(({ sent, saved }) => saved < sent)
  expect(unsaved).toHaveLength(recovery.clients.length)
  await recovery.redis.restart()
  report('Redis killed', await recovery.untilAgreed(agreementTime))
  await Promise.all(recovery.clients.map((client) => client.allSaved()))
  expect(recovery.closed).toBe(0)
})

test('X3: all nodes agree within 5 s after a Redis goes on that said nothing for long', async () => {
  await using recovery = await Recovery.start(2)
  recovery.redis.pause()
  // Longer than nodes wait for an answer: their connections are given up meanwhile, and made again.
  await recovery.writeUntil(sleep(8_000))
  recovery.redis.resume()
  report('Redis stopped', await recovery.untilAgreed(agreementTime))
  expect(recovery.closed).toBe(0)
})

test('X1: all nodes agree within 5 s after the relay is back, while edits were saved without it', async () => {
  await using recovery = await Recovery.start(2)
  let lost = true
  const losing = recovery.loseRelayWhile(() => lost)
  await recovery.writeUntil(sleep(3_000))
  // The last edits too are saved while nobody hears of them: nothing comes after them that would show a gap.
  await Promise.all(recovery.clients.map((client) => client.allSaved()))
  lost = false
  await losing
  report('relay lost', await recovery.untilAgreed(agreementTime))
  expect(recovery.closed).toBe(0)
})

test('L6: an emptied log is whole again within 15 s, without an edit', async () => {
  await using recovery = await Recovery.start(5)
  const sent = recovery.clients.map((client) => client.sent)
  await recovery.redis.client.flushall()
  report('log emptied', await recovery.untilAgreed(repairTime))
  // It was the nodes that put it back: no client was asked for anything.
  expect(recovery.clients.map((client) => client.sent)).toEqual(sent)
  expect(recovery.closed).toBe(0)
  expect(recovery.repairs).toBeGreaterThanOrEqual(5)
})

function report(what: string, milliseconds: number): void {
  console.log(`${what}: all replicas and the log agreed after ${Math.round(milliseconds)} ms`)
}

/** One of several nodes goes down under load, as in a rolling upgrade: every process is real, and so are the clients. */
import { openDocument, type WeftDocument } from '@weft/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { NodeChoice } from '../support/node-choice.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

const documents = 6
const writersPerDocument = 4

let redis: RedisServer
let nodes: ServerProcess[]

beforeAll(async () => {
  redis = await RedisServer.start(...durableSettings)
  const args = ['--anonymous', 'write', '--drain-window', '1000']
  nodes = await Promise.all([0, 1, 2].map(() => startServer({ built: true, command: 'serve', store: redis.url, args })))
})
afterAll(async () => {
  await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
  await redis[Symbol.asyncDispose]()
})

/** Someone who writes the next edit as soon as the last one is saved, and remembers what was saved and what was shown. */
class Writer {
  readonly saved: string[] = []
  readonly shown = new Set<string>()
  readonly document: WeftDocument
  readonly #heard = new Set<() => void>()

  constructor(choice: NodeChoice, id: string, name: string) {
    this.document = openDocument({ url: 'http://127.0.0.1:1', id, WebSocket: choice.WebSocket })
    let pending: string | undefined
    const look = (): void => {
      const { status, unsaved } = this.document.state
      this.shown.add(status)
      if (status === 'live' && unsaved === 0) {
        if (pending !== undefined) this.saved.push(pending)
        pending = undefined
      }
      for (const hear of this.#heard) hear()
    }
    this.document.subscribe(look)
    this.write = (): void => {
      pending = `${name} ${this.saved.length}`
      this.document.doc.getMap('edits').set(pending, true)
    }
  }

  readonly write: () => void

  /** Resolves when a condition holds; it is looked at whenever this writer is shown something. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!condition()) return
        this.#heard.delete(look)
        resolve()
      }
      this.#heard.add(look)
    })
  }

  /** Writes on and on until told to stop; resolves when the last edit is saved. */
  async writeUntil(stopped: () => boolean): Promise<void> {
    while (!stopped()) {
      const count = this.saved.length
      this.write()
      await this.until(() => this.saved.length > count)
    }
  }
}

async function readEdits(url: string, id: string): Promise<ReadonlySet<string>> {
  const reader = openDocument({ url, id })
  await reader.synced
  const edits = new Set(reader.doc.getMap('edits').keys())
  await reader.close()
  return edits
}

it('S3, L1: a node that is drained under load sends its people to the others: nothing saved is lost, nobody is refused', async () => {
  const [first, ...others] = nodes.map(({ url }) => url)
  const choice = new NodeChoice([first ?? '', ...others])
  const writers = Array.from(
    { length: documents * writersPerDocument },
    (_, index) => new Writer(choice, `drain/${index % documents}`, `writer ${index}`),
  )
  await Promise.all(writers.map(({ document }) => document.synced))
  let stopped = false
  const writing = writers.map((writer) => writer.writeUntil(() => stopped))
  await Promise.all(writers.map((writer) => writer.until(() => writer.saved.length >= 3)))

  const draining = nodes[0]?.logged('draining')
  const ended = nodes[0]?.kill('SIGTERM')
  expect(await draining).toMatchObject({ connections: writers.length / 3 })
  choice.use(others)
  expect(await ended).toEqual({ code: 0, signal: null })
  await Promise.all(writers.map((writer) => writer.until(() => writer.document.state.status === 'live')))
  const before = writers.map((writer) => writer.saved.length)
  await Promise.all(writers.map((writer, index) => writer.until(() => writer.saved.length >= (before[index] ?? 0) + 3)))
  stopped = true
  await Promise.all(writing)

  expect(writers.filter(({ shown }) => shown.has('refused'))).toEqual([])
  expect(writers.filter(({ shown }) => shown.has('offline')).length).toBe(writers.length / 3)
  await Promise.all(writers.map(({ document }) => document.close()))
  for (const url of others) {
    for (let index = 0; index < documents; index++) {
      const edits = await readEdits(url, `drain/${index}`)
      const saved = writers.filter(({ document }) => document.id === `drain/${index}`).flatMap((writer) => writer.saved)
      expect(saved.filter((edit) => !edits.has(edit))).toEqual([])
    }
  }
})

/** Nothing is timed before stock clients of a system were seen to converge on it. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { Waiting } from '../support/waiting.ts'
import { installPeer } from './install.ts'
import { typedField } from './load/typist.ts'
import type { RunningSystem } from './system.ts'

const writers = ['first', 'second']
const document = 'converge'

/** Two of y-websocket's clients write, and a third that comes later holds what both wrote. @throws Error where not */
export async function checkStockClients(system: RunningSystem): Promise<void> {
  const clients = writers.map(() => new CheckedClient(system))
  try {
    await Promise.all(clients.map((client) => client.connected()))
    for (const [index, client] of clients.entries()) client.write(writers[index] ?? '')
    const texts = await Promise.all(clients.map((client) => client.holds(writers)))
    const late = new CheckedClient(system)
    clients.push(late)
    texts.push(await late.holds(writers))
    same(texts)
  } finally {
    for (const client of clients) client.destroy()
  }
}

/** The same with Hocuspocus's own clients, in a process that finds them. @throws Error where they do not converge */
export async function checkHocuspocusClients(system: RunningSystem): Promise<void> {
  const folder = await installPeer('hocuspocus', ['hocuspocus-check.mjs'])
  const url = `ws://${system.host}:${system.port}`
  const args = ['hocuspocus-check.mjs', url, document, writers.join(',')]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 30_000 })
  const texts: unknown = JSON.parse(stdout)
  same(Array.isArray(texts) ? texts.map(String) : [])
}

function same(texts: readonly string[]): void {
  if (texts.length > writers.length && new Set(texts).size === 1) return
  throw new Error(`stock clients did not converge: they hold ${JSON.stringify(texts)}`)
}

class CheckedClient {
  readonly #doc = new Y.Doc()
  readonly #provider: WebsocketProvider
  readonly #changed = new Waiting()

  constructor(system: RunningSystem) {
    const url = `ws://${system.host}:${system.port}${system.path(document)}`
    const name = url.slice(url.lastIndexOf('/') + 1)
    const options: ConstructorParameters<typeof WebsocketProvider>[3] = { disableBc: true }
    // `ws` does what y-websocket needs but is not a browser's WebSocket in every type.
    Object.assign(options, { WebSocketPolyfill: WebSocket })
    this.#provider = new WebsocketProvider(url.slice(0, url.lastIndexOf('/')), name, this.#doc, options)
    this.#provider.on('status', () => this.#changed.notify())
    this.#doc.on('update', () => this.#changed.notify())
  }

  connected(): Promise<void> {
    return this.#changed.until('to be connected', () => this.#provider.wsconnected)
  }

  write(text: string): void {
    this.#doc.getText(typedField).insert(0, text)
  }

  async holds(parts: readonly string[]): Promise<string> {
    const text = this.#doc.getText(typedField)
    await this.#changed.until(`for ${parts.join(' and ')}`, () => parts.every((part) => text.toJSON().includes(part)))
    return text.toJSON()
  }

  destroy(): void {
    this.#provider.destroy()
    this.#provider.awareness.destroy()
    this.#doc.destroy()
  }
}

import type { Server as HttpServer } from 'node:http'
import { Socket } from 'node:net'
import { type FromWorker, readToWorker } from './messages.ts'

/** How a worker and its primary talk: of Node's `process`, what is needed. */
export interface PrimaryChannel {
  send(message: FromWorker, done?: () => void): void
  /** @param hear told each message, and what came with it */
  onMessage(hear: (message: unknown, handle: unknown) => void): void
  /** @param gone told when the primary has ended */
  onGone(gone: () => void): void
}

/** A worker's side of what it has in common with others. */
export class WorkerLink {
  /** From 1. */
  readonly number: number
  /** Resolves when it shall go down: it was told to, or the primary is no more. */
  readonly stop: Promise<void>
  readonly #channel: PrimaryChannel
  readonly #stop = Promise.withResolvers<void>()
  readonly #welcome = Promise.withResolvers<string>()
  readonly #questions = new Map<number, (text: string) => void>()
  #lastQuestion = 0
  #server: HttpServer | undefined
  #readMetrics: () => Promise<string> = () => Promise.resolve('')
  #came = 0
  #left = 0

  constructor(number: number, channel: PrimaryChannel) {
    this.number = number
    this.#channel = channel
    this.stop = this.#stop.promise
    channel.onMessage((message, handle) => this.#heard(message, handle))
    channel.onGone(() => this.#stop.resolve())
  }

  /** Has a server answer the connections that this worker is given. Resolves with the URL at which people reach it. */
  async takeConnections(server: HttpServer): Promise<string> {
    this.#server = server
    // What an HTTP server does about slow and idle connections begins with this event.
    server.emit('listening')
    this.#channel.send({ type: 'up' })
    return await this.#welcome.promise
  }

  /** The store is there. */
  ready(): void {
    this.#channel.send({ type: 'ready' })
  }

  /** It goes down, not because the primary says so. */
  leave(): void {
    this.#channel.send({ type: 'leaving' })
    this.#stop.resolve()
  }

  /** Says why it ends. Resolves when that was said. */
  async failed(text: string): Promise<void> {
    await new Promise<void>((resolve) => this.#channel.send({ type: 'failed', text }, resolve))
  }

  /**
   * Shares what is counted with the other workers.
   *
   * @param own reads what this one counts
   * @returns reads what all of them count
   */
  shareMetrics(own: () => Promise<string>): () => Promise<string> {
    this.#readMetrics = own
    return async () => {
      const id = ++this.#lastQuestion
      const { promise, resolve } = Promise.withResolvers<string>()
      this.#questions.set(id, resolve)
      this.#channel.send({ type: 'ask-metrics', id })
      return await promise
    }
  }

  #heard(received: unknown, handle: unknown): void {
    const message = readToWorker(received)
    switch (message.type) {
      case 'connection':
        return this.#connected(handle, Buffer.from(message.head, 'latin1'))
      case 'welcome':
        return this.#welcome.resolve(message.url)
      case 'stop':
        return this.#stop.resolve()
      case 'read-metrics':
        return void this.#readMetrics().then((text) => this.#channel.send({ type: 'metrics', id: message.id, text }))
      case 'all-metrics':
        this.#questions.get(message.id)?.(message.text)
        this.#questions.delete(message.id)
    }
  }

  #connected(connection: unknown, head: Buffer): void {
    this.#count('came')
    if (!(connection instanceof Socket) || this.#server === undefined) {
      // It was over before it came.
      this.#count('left')
      return
    }
    connection.once('close', () => this.#count('left'))
    connection.unshift(head)
    this.#server.emit('connection', connection)
  }

  /** Said once for all that happens in a turn of the event loop. */
  #count(what: 'came' | 'left'): void {
    if (this.#came + this.#left === 0) {
      setImmediate(() => {
        const count = { came: this.#came, left: this.#left }
        this.#came = this.#left = 0
        this.#channel.send({ type: 'count', ...count })
      })
    }
    if (what === 'came') this.#came++
    else this.#left++
  }
}

import { once } from 'node:events'
import { type Server, type Socket, createConnection, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Which way through the proxy: what the client sends, or what the server answers. */
export type Direction = 'up' | 'down'

/** A way to a server that a test can cut, slow down, turn elsewhere, and swallow things on. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #pairs = new Set<{ readonly client: Socket; readonly server: Socket; readonly from: string }>()
  readonly #swallowing = new Set<Direction>()
  #target: number | undefined
  #delay = 0
  #refused: (from: string) => boolean = () => false
  #swallowed: PromiseWithResolvers<void> = Promise.withResolvers()

  private constructor(target: number | undefined) {
    this.#target = target
    this.#server = createServer((client) => this.#connect(client))
  }

  /** @param target the server's port; without one, whoever comes is sent away until {@link lead} names it */
  static async start(target?: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Swallows what goes in a direction until `pass`, and resolves when it has swallowed something. */
  swallow(direction: Direction): Promise<void> {
    this.#swallowing.add(direction)
    this.#swallowed = Promise.withResolvers()
    return this.#swallowed.promise
  }

  /** Holds up everything for so many milliseconds, in order, until `pass`. */
  slow(milliseconds: number): void {
    this.#delay = milliseconds
  }

  /** Closes the connections from some addresses, and sends away whoever comes from there, until `pass`. */
  refuse(isRefused: (from: string) => boolean = () => true): void {
    this.#refused = isRefused
    for (const pair of this.#pairs) if (isRefused(pair.from)) close(pair)
  }

  /** Lets everything through again. */
  pass(): void {
    this.#swallowing.clear()
    this.#delay = 0
    this.#refused = () => false
  }

  /** Closes the connections that there are. New ones are taken. */
  cut(): void {
    for (const pair of this.#pairs) close(pair)
  }

  /** Leads to another server from now on; undefined leads nowhere. The connections that there are end. */
  lead(target: number | undefined): void {
    this.#target = target
    this.cut()
  }

  /** Closes everything, for good: whoever comes is refused. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #connect(client: Socket): void {
    const from = client.remoteAddress ?? ''
    if (this.#target === undefined || this.#refused(from)) {
      client.destroy()
      return
    }
    const server = createConnection({ port: this.#target, host: '127.0.0.1' })
    const pair = { client, server, from }
    this.#pairs.add(pair)
    const forward = (source: Socket, to: Socket, direction: Direction): void => {
      const late = new LateWrites(to)
      source.on('data', (bytes) => {
        if (this.#swallowing.has(direction)) this.#swallowed.resolve()
        else late.write(bytes, this.#delay)
      })
      source.on('error', () => to.destroy())
      source.on('close', () => {
        this.#pairs.delete(pair)
        to.destroy()
      })
    }
    forward(client, server, 'up')
    forward(server, client, 'down')
  }
}

function close({ client, server }: { readonly client: Socket; readonly server: Socket }): void {
  client.destroy()
  server.destroy()
}

/** Writes that are held up for a while, each behind the ones before it. */
class LateWrites {
  readonly #to: Socket
  #last: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(to: Socket) {
    this.#to = to
  }

  write(bytes: Buffer, delay: number): void {
    if (delay === 0 && this.#waiting === 0) {
      this.#to.write(bytes)
      return
    }
    const due = performance.now() + delay
    this.#waiting++
    this.#last = this.#last
      .then(() => sleep(Math.max(0, due - performance.now())))
      .then(() => {
        this.#waiting--
        if (!this.#to.destroyed) this.#to.write(bytes)
      })
  }
}

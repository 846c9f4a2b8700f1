import { once } from 'node:events'
import { type Server, type Socket, createConnection, createServer } from 'node:net'

/** Which way through the proxy: what the client sends, or what the server answers. */
export type Direction = 'up' | 'down'

/** A way to a server that a test can cut, hold up, and swallow things on. */
export class TcpProxy implements AsyncDisposable {
  readonly #target: number
  readonly #server: Server
  readonly #pairs = new Set<{ readonly client: Socket; readonly server: Socket }>()
  readonly #swallowing = new Set<Direction>()
  #swallowed: PromiseWithResolvers<void> = Promise.withResolvers()

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer((client) => this.#connect(client))
  }

  static async start(target: number): Promise<TcpProxy> {
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

  /** Lets everything through again. */
  pass(): void {
    this.#swallowing.clear()
  }

  /** Closes the connections that there are. New ones are taken. */
  cut(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy()
      server.destroy()
    }
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
    const server = createConnection({ port: this.#target, host: '127.0.0.1' })
    const pair = { client, server }
    this.#pairs.add(pair)
    const forward = (from: Socket, to: Socket, direction: Direction): void => {
      from.on('data', (bytes) => {
        if (this.#swallowing.has(direction)) this.#swallowed.resolve()
        else to.write(bytes)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.#pairs.delete(pair)
        to.destroy()
      })
    }
    forward(client, server, 'up')
    forward(server, client, 'down')
  }
}

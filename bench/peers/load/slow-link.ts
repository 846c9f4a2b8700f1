import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Address } from '../system.ts'

/** How often a link hands on what its rate allows, in milliseconds. */
const step = 20

/** A proxy before a system that lets no more than so many bits a second through to a client. */
export class SlowLink implements Disposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(target: Address, bitsPerSecond: number): Promise<SlowLink> {
    const server = createServer({ noDelay: true, highWaterMark: 16 * 1024 })
    const link = new SlowLink(server)
    server.on('connection', (client) => link.#carry(client, target, bitsPerSecond / 8))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return link
  }

  /** The same system, seen through the link. */
  through(target: Address): Address {
    const address: AddressInfo | string | null = this.#server.address()
    if (typeof address !== 'object' || address === null) throw new Error('the link does not listen')
    return { host: '127.0.0.1', port: address.port, path: (document) => target.path(document) }
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #carry(client: Socket, { host, port }: Address, bytesPerSecond: number): void {
    const server = connect({ host, port, noDelay: true })
    client.pipe(server)
    let credit = 0
    const timer = setInterval(() => {
      credit = Math.min(credit + (bytesPerSecond * step) / 1000, bytesPerSecond / 10)
      while (credit > 0) {
        // What is left unread stays in the kernel, whose buffers fill up as those of a slow line do.
        const chunk: unknown = server.read(Math.min(server.readableLength, Math.ceil(credit)))
        if (!(chunk instanceof Buffer)) break
        credit -= chunk.length
        client.write(chunk)
      }
    }, step)
    server.on('readable', () => {})
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        clearInterval(timer)
        client.destroy()
        server.destroy()
      })
    }
  }
}

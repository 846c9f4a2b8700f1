import { createServer, type Server, type Socket } from 'node:net'
import { documentIdFromPath } from '@weft/protocol'
import type { Config } from '../config/settings.ts'
import { listen } from '../listening.ts'
import { syncPath } from '../socket/sync-tier.ts'

/** How long a connection may take to say its first word, in milliseconds. */
const firstWordLimit = 10_000

/** Gives a connection to somebody, with the document that it is about and what was read of it. Says whether there was somebody. */
export type Give = (connection: Socket, document: string | undefined, head: Buffer) => boolean

/** Listens for all workers, reads what a connection is about, and gives it away. */
export class FrontDoor {
  readonly #server: Server
  readonly #waiting = new Set<Socket>()
  #give: Give = () => false

  constructor() {
    // With the smallest buffer, reading stops at the first piece: the rest stays in the kernel for the worker.
    this.#server = createServer({ highWaterMark: 1, noDelay: true }, (socket) => this.#came(socket))
  }

  /** @returns the URL. @throws ConfigurationError where the address cannot be listened on */
  async open(address: Pick<Config, 'host' | 'port'>): Promise<string> {
    return await listen(this.#server, address)
  }

  /** From now on connections are given so. Before, they are told to come back. */
  give(give: Give): void {
    this.#give = give
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#waiting) socket.destroy()
  }

  #came(socket: Socket): void {
    this.#waiting.add(socket)
    socket.once('close', () => this.#waiting.delete(socket))
    // Whoever goes before being given away has gone.
    socket.on('error', () => {})
    socket.setTimeout(firstWordLimit, () => socket.destroy())
    socket.once('data', (head: Buffer) => {
      socket.pause()
      // A buffer that is full is what stops the reading. What is in it goes with the connection, as `head`.
      socket.unshift(head)
      setImmediate(() => this.#pass(socket, head))
    })
  }

  #pass(socket: Socket, head: Buffer): void {
    this.#waiting.delete(socket)
    if (socket.destroyed) return
    socket.setTimeout(0)
    if (!this.#give(socket, documentOf(head), head)) socket.end(nobody)
  }
}

/** The document that a request opens, told by its first line. */
function documentOf(head: Buffer): string | undefined {
  const [, path = ''] = /^GET (\S+) HTTP\/1\.1\r\n/.exec(head.toString('latin1')) ?? []
  return path.startsWith(syncPath) ? documentIdFromPath(path, syncPath) : undefined
}

const nobodyBody = JSON.stringify({
  type: '/problems/store-unavailable',
  title: 'Not available at the moment',
  status: 503,
  detail: 'no worker of this node is up yet: try again in a moment',
})

const nobody = [
  'HTTP/1.1 503 Service Unavailable',
  'Content-Type: application/problem+json',
  `Content-Length: ${nobodyBody.length}`,
  'Retry-After: 1',
  'Connection: close',
  '',
  nobodyBody,
].join('\r\n')

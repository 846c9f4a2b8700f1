import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'

/** What Weft asks of a Redis at durability fsync. */
const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--no-appendfsync-on-rewrite', 'no']

/** A Redis of a test, on a free port, with a folder of its own. */
export class RedisServer implements AsyncDisposable {
  readonly port: number
  readonly #folder: string
  readonly #settings: readonly string[]
  #process: ChildProcess | undefined

  private constructor(port: number, folder: string, settings: readonly string[]) {
    this.port = port
    this.#folder = folder
    this.#settings = settings
  }

  /** Starts one. @param settings as on its command line, after those that Weft needs */
  static async start(...settings: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'weft-redis-')), settings)
    await server.restart()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Starts it on the same folder after a kill. Resolves when it takes commands. */
  async restart(): Promise<void> {
    const own = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', '']
    const server = spawn(process.env['REDIS_SERVER'] ?? 'redis-server', [...own, ...durable, ...this.#settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#process = server
    for await (const line of createInterface({ input: server.stdout })) {
      if (line.includes('Ready to accept connections')) break
    }
    // It would block on a full pipe.
    server.stdout.resume()
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`)
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    const server = this.#process
    if (server === undefined) return
    this.#process = undefined
    const exit = once(server, 'exit')
    server.kill('SIGKILL')
    await exit
  }

  /** Asks it something, on a connection of its own. */
  async ask<T>(question: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.port, '127.0.0.1', { lazyConnect: true })
    await client.connect()
    try {
      return await question(client)
    } finally {
      client.disconnect()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}

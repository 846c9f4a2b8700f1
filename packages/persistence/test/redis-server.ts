import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'

/** The programs: `npm test` may have found them elsewhere. */
const serverProgram = process.env['REDIS_SERVER'] ?? 'redis-server'
const sentinelProgram = process.env['REDIS_SENTINEL'] ?? 'redis-sentinel'

/** A test run that is itself ended must not leave servers behind. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** What `fsync` needs. */
export const durableSettings: readonly string[] = ['--appendonly', 'yes', '--appendfsync', 'always']

/** A replica is sent everything at once: otherwise Redis waits five seconds for others that may want the same. */
const quick: readonly string[] = ['--repl-diskless-sync-delay', '0']

/** A Redis of a test's own, on a free port and in a folder of its own. */
export class RedisServer implements AsyncDisposable {
  readonly port: number
  readonly folder: string
  readonly #settings: readonly string[]
  readonly #sentinel: string | undefined
  #process: ChildProcess | undefined
  #client: Redis | undefined

  private constructor(port: number, folder: string, settings: readonly string[], sentinel?: string) {
    this.port = port
    this.folder = folder
    this.#settings = settings
    this.#sentinel = sentinel
  }

  /** Starts one. `settings` are arguments of redis-server; without any it forgets everything when it ends. */
  static async start(...settings: readonly string[]): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'weft-redis-'))
    for (;;) {
      const server = new RedisServer(await freePort(), folder, settings)
      // Between being found free and being taken, a port may go to somebody else.
      if (await server.restart()) return server
    }
  }

  /** Starts a Sentinel by its configuration, which it will change. */
  static async startSentinel(configuration: string): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'weft-sentinel-'))
    for (;;) {
      const server = new RedisServer(await freePort(), folder, [], configuration)
      if (await server.restart()) return server
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** A connection to look behind the store's back. It closes with the server. */
  get client(): Redis {
    this.#client ??= new Redis(this.port, '127.0.0.1', { replyMapping: 'legacy' }).on('error', () => {})
    return this.#client
  }

  /** Starts it again on the data that it left. @returns false where its port is taken */
  async restart(): Promise<boolean> {
    const place = ['--port', String(this.port), '--dir', this.folder, '--bind', '127.0.0.1']
    const [program, ...settings] =
      this.#sentinel === undefined
        ? [serverProgram, ...place, '--save', '', '--databases', '256', ...quick, ...this.#settings]
        : [sentinelProgram, this.#sentinel, ...place]
    const child = spawn(program, settings, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#process = child
    running.add(child)
    child.once('exit', () => running.delete(child))
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('Ready to accept connections') || line.includes('Sentinel ID is')) {
        child.stdout.resume()
        return true
      }
      if (line.includes('Address already in use')) break
    }
    this.#process = undefined
    return false
  }

  /** Ends it as a power failure would end its process. */
  async kill(): Promise<void> {
    const child = this.#process
    if (child === undefined) return
    this.#process = undefined
    const exit = once(child, 'exit')
    child.kill('SIGCONT')
    child.kill('SIGKILL')
    await exit
  }

  /** Stops it in its tracks: connections stay, and nothing answers. */
  pause(): void {
    this.#process?.kill('SIGSTOP')
  }

  resume(): void {
    this.#process?.kill('SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client?.disconnect()
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** A port that nobody listens on, for Redis and for what a Cluster adds to it. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    server.close()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    // The Cluster's own port is 10,000 above, and has to exist.
    if (port < 55_000 && !(await isTaken(port + 10_000))) return port
  }
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { testSecret } from '../../packages/server/test/support/tokens.ts'
import { type ServerProcess, startServer } from './server-process.ts'

/** An edge that holds nothing beside two nodes, around one Redis: all of them real processes. Tokens are signed with the tests' secret. */
export class EdgeAndNodes implements AsyncDisposable {
  readonly edge: ServerProcess
  readonly a: ServerProcess
  readonly b: ServerProcess
  readonly #redis: RedisServer

  private constructor(redis: RedisServer, [edge, a, b]: readonly [ServerProcess, ServerProcess, ServerProcess]) {
    this.#redis = redis
    this.edge = edge
    this.a = a
    this.b = b
  }

  static async start(): Promise<EdgeAndNodes> {
    const redis = await RedisServer.start(...durableSettings)
    const startNode = (role: string): Promise<ServerProcess> =>
      startServer({
        built: true,
        command: 'serve',
        store: redis.url,
        args: ['--anonymous', 'write', '--role', role],
        env: { WEFT_AUTH_SECRET: testSecret },
      })
    return new EdgeAndNodes(redis, await Promise.all([startNode('edge'), startNode('sync'), startNode('all')]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.edge, this.a, this.b].map((node) => node[Symbol.asyncDispose]()))
    await this.#redis[Symbol.asyncDispose]()
  }
}

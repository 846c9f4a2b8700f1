import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { StoreConfigurationError } from '../src/errors.ts'
import { openRedisStore } from '../src/redis/redis-store.ts'

/** A server that answers INFO as a Redis of some version does, and everything else with OK. @returns its port */
async function listenAs(version: string): Promise<AsyncDisposable & { readonly port: number }> {
  const info = `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\nrole:master\r\nloading:0\r\n`
  const server = createServer((socket) => {
    socket.on('data', (bytes) => {
      // Each command is an array; its first bulk string is its name.
      for (const [, name = ''] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        socket.write(name.toUpperCase() === 'INFO' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n')
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => void (await new Promise((resolve) => server.close(resolve))),
  }
}

test.each(['6.2.14', '5.0.7', 'unknown'])('a Redis %s is refused, and told which is needed', async (version) => {
  await using server = await listenAs(version)
  const opened = openRedisStore(`redis://127.0.0.1:${server.port}`, { node: 'node-a', durability: 'memory' })
  await expect(opened).rejects.toThrow(StoreConfigurationError)
  await expect(opened).rejects.toThrow(`Weft needs Redis 7 or Valkey 7.2 and up: this is Redis ${version}`)
})

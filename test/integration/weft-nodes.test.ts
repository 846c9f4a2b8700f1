import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { startServer } from '../support/server-process.ts'

const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))

/** What `weft nodes` prints, and how it ends. */
function nodes(store: string): Promise<{ code: number | null; lines: string[]; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, 'nodes', '--store', store], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, lines: stdout.trimEnd().split('\n'), stderr }),
    )
  })
}

it('weft nodes lists the servers that share a Redis, until they end', async () => {
  await using redis = await RedisServer.start(...durableSettings)
  expect(await nodes(redis.url)).toEqual({ code: 0, lines: ['no node is up'], stderr: '' })
  await using first = await startServer({ store: redis.url })
  await using second = await startServer({ store: redis.url })
  const { code, lines } = await nodes(redis.url)
  expect(code).toBe(0)
  expect(lines[0]).toMatch(/^node +host +role /)
  expect(lines.slice(1)).toHaveLength(2)
  for (const line of lines.slice(1)) expect(line).toMatch(/ all .* 0 +0 +ok +reads 1, writes 1$/)
  expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect((await nodes(redis.url)).lines).toHaveLength(2)
  expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect((await nodes(redis.url)).lines).toEqual(['no node is up'])
})

it('weft nodes says in one line where it cannot look', async () => {
  await using redis = await RedisServer.start()
  await redis.kill()
  const gone = await nodes(redis.url)
  expect(gone).toMatchObject({ code: 1, lines: [''] })
  expect(gone.stderr).toMatch(/^weft: Redis at 127\.0\.0\.1:\d+ cannot be reached: .*\n$/)
  const file = await nodes('sqlite:nowhere')
  expect(file).toMatchObject({ code: 2, lines: [''] })
  expect(file.stderr).toMatch(/^weft: --store takes the Redis .*\n$/)
})

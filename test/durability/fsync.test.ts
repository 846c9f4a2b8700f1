/**
 * `kill -9` cannot show that the disk is synced: what the process wrote outlives it in the kernel's memory. So servers run
 * under strace here, and what they asked of the kernel, in which order, is checked.
 */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { redisLog, sqliteLog } from './sync-before-saved.ts'
import { findUnsyncedEdits, tracedEdits } from './traced-edits.ts'

const unsyncedServer = fileURLToPath(new URL('../support/unsynced-server.ts', import.meta.url))
const serverWithRedis = fileURLToPath(new URL('../support/server-with-redis.ts', import.meta.url))

/** A server at `fsync` beside a Redis of its own, both of them under strace. */
function withRedis(appendfsync: string, ...args: readonly string[]): Promise<string[]> {
  const under = [process.execPath, serverWithRedis, appendfsync]
  const flags = ['--anonymous', 'write', '--durability', 'fsync', '--drain-window', '0', ...args]
  return findUnsyncedEdits({ under, command: 'serve', store: 'redis://127.0.0.1', args: flags }, redisLog)
}

if (process.platform === 'linux') {
  test('L1: the disk was synced after each append and before its saved', { timeout: 60_000 }, async () => {
    expect(await findUnsyncedEdits({}, sqliteLog)).toEqual([])
  })

  test('L1: without the sync (synchronous=OFF) the same check fails for every edit', { timeout: 60_000 }, async () => {
    const found = await findUnsyncedEdits({ under: [process.execPath, unsyncedServer] }, sqliteLog)
    expect(found).toHaveLength(tracedEdits)
    expect(found.filter((line) => !line.includes('no sync of the write-ahead log'))).toEqual([])
  })

  test(
    'L1: Redis synced its append-only file after each append and before its saved',
    { timeout: 60_000 },
    async () => {
      expect(await withRedis('always')).toEqual([])
    },
  )

  test(
    'L1: with appendfsync no, and an operator who says otherwise, the same check fails for every edit',
    {
      timeout: 60_000,
    },
    async () => {
      const found = await withRedis('no', '--redis-settings', 'assumed')
      expect(found).toHaveLength(tracedEdits)
      expect(found.filter((line) => !line.includes("no sync of Redis' append-only file"))).toEqual([])
    },
  )
} else {
  test(`L1: that the disk is synced is shown on Linux only: ${process.platform} has no strace`, () => {
    expect(process.platform).not.toBe('linux')
  })
}

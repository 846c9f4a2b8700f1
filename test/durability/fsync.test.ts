/**
 * `kill -9` cannot show that the disk is synced: what the process wrote outlives it in the kernel's memory. So the server runs
 * under strace here, and what it asked of the kernel, in which order, is checked.
 */
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { StockClient } from '../../bench/support/stock-client.ts'
import { startServer } from '../support/server-process.ts'
import { findUnsynced, type MarkedEdit } from './sync-before-saved.ts'
import { parseSystemCalls } from './system-calls.ts'

const edits = 12
const unsyncedServer = fileURLToPath(new URL('../support/unsynced-server.ts', import.meta.url))

if (process.platform === 'linux') {
  test('L1: the disk was synced after each append and before its saved', { timeout: 60_000 }, async () => {
    expect(await findUnsyncedEdits([])).toEqual([])
  })

  test('L1: without the sync (synchronous=OFF) the same check fails for every edit', { timeout: 60_000 }, async () => {
    const found = await findUnsyncedEdits([process.execPath, unsyncedServer])
    expect(found).toHaveLength(edits)
    expect(found.filter((line) => !line.includes('no sync of the write-ahead log'))).toEqual([])
  })
} else {
  test(`L1: that the disk is synced is shown on Linux only: ${process.platform} has no strace`, () => {
    expect(process.platform).not.toBe('linux')
  })
}

/** Makes single edits against a server under strace and says which were called saved without a sync. */
async function findUnsyncedEdits(entry: readonly string[]): Promise<string[]> {
  if (spawnSync('strace', ['-V']).error !== undefined) {
    throw new Error(
      'strace is not on the PATH, and without it this cannot be shown. Install it: apt-get install strace',
    )
  }
  const folder = await mkdtemp(join(tmpdir(), 'weft-strace-'))
  try {
    const log = join(folder, 'strace.log')
    const traced = 'trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg'
    // -I 2: with -o strace would ignore the signal that ends it.
    const format = ['-y', '-xx', '-s', '1000000', '-e', traced, '-e', 'signal=none']
    const strace = ['strace', '-f', '--seccomp-bpf', '-I', '2', ...format, '-o', log]
    const made = await makeEdits([...strace, ...entry])
    return findUnsynced(parseSystemCalls(await readFile(log, 'utf8')), made)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function makeEdits(under: readonly string[]): Promise<MarkedEdit[]> {
  await using server = await startServer({ under })
  const client = new StockClient({ server: server.webSocketUrl, document: 'synced' })
  const made: MarkedEdit[] = []
  try {
    await client.synced()
    for (let edit = 0; edit < edits; edit++) {
      const marker = `edit-${edit}-${randomUUID()}`
      client.doc.getText('text').insert(0, marker)
      made.push({ marker, frame: client.sent })
      await client.allSaved()
    }
    return made
  } finally {
    client.destroy()
    // strace hands this signal on, and has written everything once it has ended. SIGKILL would leave the server running.
    await server.kill('SIGTERM')
  }
}

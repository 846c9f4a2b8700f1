import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StockClient } from '../../bench/support/stock-client.ts'
import { type ServerOptions, startServer } from '../support/server-process.ts'
import { findUnsynced, type LogFile, type MarkedEdit } from './sync-before-saved.ts'
import { parseSystemCalls } from './system-calls.ts'

/** How many edits are made, one after another. */
export const tracedEdits = 12

/**
 * Makes single edits against a server under strace and says which were called saved without a sync.
 *
 * @param options what to start. `under` names what stands between strace and the server; strace follows whatever that starts
 */
export async function findUnsyncedEdits(options: ServerOptions, logFile: LogFile): Promise<string[]> {
  if (spawnSync('strace', ['-V']).error !== undefined) {
    throw new Error(
      'strace is not on the PATH, and without it this cannot be shown. Install it: apt-get install strace',
    )
  }
  const folder = await mkdtemp(join(tmpdir(), 'weft-strace-'))
  try {
    const log = join(folder, 'strace.log')
    const traced = 'trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg'
    // Without --seccomp-bpf: its filter outlives strace, and what is to end in good order could then no longer write.
    // -I 2: with -o strace would ignore the signal that ends it.
    const format = ['-y', '-xx', '-s', '1000000', '-e', traced, '-e', 'signal=none']
    const strace = ['strace', '-f', '-I', '2', ...format, '-o', log]
    const made = await makeEdits({ ...options, under: [...strace, ...(options.under ?? [])] })
    return findUnsynced(parseSystemCalls(await readFile(log, 'utf8')), made, logFile)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function makeEdits(options: ServerOptions): Promise<MarkedEdit[]> {
  await using server = await startServer(options)
  const client = new StockClient({ server: server.webSocketUrl, document: 'synced' })
  const made: MarkedEdit[] = []
  try {
    await client.synced()
    for (let edit = 0; edit < tracedEdits; edit++) {
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

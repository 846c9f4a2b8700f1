/** `--workers`: several processes behind one address, real ones, around a real Redis. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { SdkWriter } from '../support/sdk-writer.ts'
import { type LogLine, type ServerProcess, startServer } from '../support/server-process.ts'
import { StockEditor } from '../support/stock-editor.ts'
import { startWeft } from '../support/weft-command.ts'

// Each stock client listens for the end of its process.
process.setMaxListeners(0)

let redis: RedisServer

beforeAll(async () => {
  redis = await RedisServer.start(...durableSettings)
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
})

/** Starts workers, and resolves when all of them take connections. */
async function startWorkers(count: number, ...args: readonly string[]): Promise<ServerProcess> {
  const server = await startServer({
    built: true,
    command: 'serve',
    store: redis.url,
    args: ['--anonymous', 'write', '--drain-window', '500', '--workers', String(count), ...args],
  })
  await expect.poll(() => linesOf(server, 'listening').length, { timeout: 30_000 }).toBe(count)
  return server
}

function linesOf(server: ServerProcess, event: string): LogLine[] {
  return server.log.filter((line) => line['event'] === event)
}

/** The process of a worker that runs now. */
function pidOf(server: ServerProcess, worker: number): number {
  return Number(linesOf(server, 'worker-started').findLast((line) => line['worker'] === worker)?.['pid'])
}

/** What a metric is on each worker. */
async function metric(server: ServerProcess, name: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const found = text.matchAll(new RegExp(`^${name}\\{worker="(\\d+)"\\} (\\d+)$`, 'gm'))
  const values: Record<string, number> = {}
  for (const [, worker = '', value] of found) values[worker] = Number(value)
  return values
}

/** Which worker has the only document that is open. */
async function homeOf(server: ServerProcess): Promise<number> {
  const open = Object.entries(await metric(server, 'weft_documents_open')).filter(([, documents]) => documents > 0)
  expect(open).toHaveLength(1)
  return Number(open[0]?.[0])
}

describe('several workers', { timeout: 120_000 }, () => {
  it('R1: a crowd of one document spreads over them and converges', async () => {
    await using server = await startWorkers(2)
    // More than one of two workers takes of them.
    const count = 160
    const editors = Array.from(
      { length: count },
      () => new StockEditor(WebsocketProvider, server.webSocketUrl, 'crowd'),
    )
    await Promise.all(editors.map((editor) => editor.synced()))
    const seats = await metric(server, 'weft_members')
    expect(Object.keys(seats)).toEqual(['1', '2'])
    for (const members of Object.values(seats)) expect(members).toBeGreaterThan(0)
    expect((seats['1'] ?? 0) + (seats['2'] ?? 0)).toBe(count)
    for (const [index, editor] of editors.entries()) if (index % 8 === 0) editor.text.insert(0, `${index % 10}`)
    await Promise.all(editors.map((editor) => editor.holds(count / 8)))
    expect(new Set(editors.map((editor) => editor.text.toString())).size).toBe(1)
    for (const editor of editors) editor[Symbol.dispose]()
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  })

  it('are nodes of their own, and people of one document meet in one of them', async () => {
    await using server = await startWorkers(2)
    const editors = Array.from(
      { length: 5 },
      () => new StockEditor(WebsocketProvider, server.webSocketUrl, 'team/plan'),
    )
    await Promise.all(editors.map((editor) => editor.synced()))
    const home = await homeOf(server)
    expect(await metric(server, 'weft_members')).toEqual({ '1': 0, '2': 0, [home]: 5 })
    const listed = await startWeft(['nodes', '--store', redis.url]).ended
    const names = linesOf(server, 'listening').map(({ node }) => String(node))
    expect(new Set(names).size).toBe(2)
    for (const name of names) expect(listed.stdout.toString()).toContain(name)
    for (const editor of editors) editor[Symbol.dispose]()
  })

  it('L1: one that is killed while people type loses nothing saved, and comes back', async () => {
    await using server = await startWorkers(2)
    const writers = Array.from({ length: 4 }, () => new SdkWriter(server.url, 'killed'))
    await Promise.all(writers.map(({ document }) => document.synced))
    const home = await homeOf(server)
    let saved = 0
    let stopped = false
    const writing = writers.map(async (writer) => {
      while (!stopped) {
        await writer.write('x')
        saved++
      }
    })
    await expect.poll(() => saved, { timeout: 30_000 }).toBeGreaterThan(20)
    const killed = pidOf(server, home)
    process.kill(killed, 'SIGKILL')
    const before = saved
    await expect.poll(() => writers.every(({ shown }) => shown.includes('offline')), { timeout: 30_000 }).toBe(true)
    await expect.poll(() => saved, { timeout: 30_000 }).toBeGreaterThan(before + 20)
    stopped = true
    await Promise.all(writing)
    await expect.poll(() => linesOf(server, 'listening').length, { timeout: 30_000 }).toBe(3)
    expect(pidOf(server, home)).not.toBe(killed)
    expect(linesOf(server, 'worker-ended')).toMatchObject([{ level: 'error', worker: home, signal: 'SIGKILL' }])
    expect(await metric(server, 'weft_worker_restarts_total')).toEqual({ [home]: 1 })
    using reader = new StockEditor(WebsocketProvider, server.webSocketUrl, 'killed')
    await reader.holds(saved)
    expect(await (await fetch(`${server.url}/readyz`)).json()).toMatchObject({ ready: true, store: 'ok' })
    await Promise.all(writers.map((writer) => writer[Symbol.asyncDispose]()))
  })

  it('S3: SIGTERM drains all of them: everything sent is saved, and it ends with 0', async () => {
    await using server = await startWorkers(2)
    const editors = Array.from(
      { length: 8 },
      (_, index) => new StockEditor(WebsocketProvider, server.webSocketUrl, `drained-${index}`),
    )
    await Promise.all(editors.map((editor) => editor.synced()))
    for (const documents of Object.values(await metric(server, 'weft_documents_open')))
      expect(documents).toBeGreaterThan(0)
    const closed = Promise.all(editors.map((editor) => editor.disconnected()))
    for (const editor of editors) editor.text.insert(0, 'at the last moment')
    const ended = server.kill('SIGTERM')
    for (const { code } of await closed) expect(code).toBe(1012)
    expect(await ended).toEqual({ code: 0, signal: null })
    expect(linesOf(server, 'stopped').map(({ worker }) => worker)).toEqual(expect.arrayContaining([1, 2]))
    for (const editor of editors) editor[Symbol.dispose]()
  })

  it('S3: while all of them drain /readyz is 503, and a second signal ends them at once', async () => {
    await using server = await startWorkers(2, '--drain-window', '600000')
    const editors = Array.from(
      { length: 8 },
      (_, index) => new StockEditor(WebsocketProvider, server.webSocketUrl, `ended-${index}`),
    )
    await Promise.all(editors.map((editor) => editor.synced()))
    const pids = [1, 2].map((worker) => pidOf(server, worker))
    const ended = server.kill('SIGINT')
    await expect.poll(() => linesOf(server, 'draining').length, { timeout: 30_000 }).toBe(2)
    for (let i = 0; i < 4; i++) expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
    await server.kill('SIGINT')
    expect(await ended).toEqual({ code: 1, signal: null })
    await expect.poll(() => pids.filter(runs), { timeout: 30_000 }).toEqual([])
    for (const editor of editors) editor[Symbol.dispose]()
  })

  it('S3: a worker that is asked to stop by itself is replaced, and one whose primary is killed goes down', async () => {
    await using server = await startWorkers(2)
    const first = pidOf(server, 1)
    process.kill(first, 'SIGTERM')
    await expect.poll(() => linesOf(server, 'listening').length, { timeout: 30_000 }).toBe(3)
    expect(linesOf(server, 'worker-ended')).toMatchObject([{ level: 'info', worker: 1, code: 0 }])
    const pids = [1, 2].map((worker) => pidOf(server, worker))
    process.kill(server.pid, 'SIGKILL')
    await expect.poll(() => pids.filter(runs), { timeout: 30_000 }).toEqual([])
  })

  it('a request that comes in pieces is answered, whole, by whoever is given it', async () => {
    await using server = await startWorkers(2)
    const client = connect(Number(new URL(server.url).port), '127.0.0.1')
    let answer = ''
    client.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    for (const piece of ['GET /heal', 'thz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ', 'a'.repeat(9_000)]) {
      await new Promise((resolve) => client.write(piece, resolve))
    }
    client.end('\r\nConnection: close\r\n\r\n')
    await once(client, 'close')
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    const body = new Uint8Array(900_000)
    const posted = await fetch(`${server.url}/api/v1/documents`, { method: 'POST', body })
    expect([posted.status, posted.headers.get('content-type')]).toEqual([
      expect.any(Number),
      'application/problem+json',
    ])
  })
})

/** Whether there is such a process. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('what cannot be started', { timeout: 120_000 }, () => {
  it('a store that one process holds: says what to do, and 2', async () => {
    for (const store of ['sqlite:/nowhere', 'memory:']) {
      const end = await startWeft(['serve', '--anonymous', 'write', '--port', '0', '--store', store, '--workers', '2'])
        .ended
      expect(end).toMatchObject({ code: 2, stdout: Buffer.alloc(0) })
      expect(end.stderr).toMatch(/^weft: --workers: 2 workers need a Redis, [^\n]*--workers 1\n$/)
    }
  })

  it.each([
    ['keys that are not there', ['--auth-jwks', '/nowhere/keys.json'], /^weft: the keys /],
    ['a host that is not this machine', ['--host', '192.0.2.1'], /^weft: --host 192\.0\.2\.1 /],
  ])('%s: one line from all workers together, and 2', async (_name, args, line) => {
    const command = ['serve', '--anonymous', 'write', '--port', '0', '--store', redis.url, '--workers', '3', ...args]
    const end = await startWeft(command).ended
    expect(end.code).toBe(2)
    expect(end.stderr.match(/^weft: .*$/gm)).toEqual([expect.stringMatching(line)])
  })

  it('a Redis that turns out to be set up wrongly, after it was waited for: one line, and 2', async () => {
    await using away = await RedisServer.start('--appendonly', 'no')
    await away.kill()
    const command = ['serve', '--anonymous', 'write', '--port', '0', '--store', away.url, '--workers', '2']
    const running = startWeft(command)
    const waiting = new Set<string>()
    running.process.stdout?.on('data', (chunk: Buffer) => {
      for (const [, worker] of chunk.toString().matchAll(/"worker":(\d),"event":"listening"/g))
        waiting.add(worker ?? '')
    })
    await expect.poll(() => waiting.size, { timeout: 30_000 }).toBe(2)
    await away.restart()
    const end = await running.ended
    expect(end.code).toBe(2)
    expect(end.stderr.match(/^weft: .*$/gm)).toEqual([
      expect.stringMatching(/^weft: Redis is not set up for the durability fsync: /),
    ])
  })
})

import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FromWorker, ToWorker } from '../../src/workers/messages.ts'
import { WorkerPool } from '../../src/workers/worker-pool.ts'
import type { ProcessListener, WorkerProcess } from '../../src/workers/worker-process.ts'
import { CapturedLog } from '../support/captured-log.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'

/** A process that the test speaks for. */
class FakeProcess implements WorkerProcess {
  readonly pid = 1
  readonly told: ToWorker[] = []
  readonly given: Socket[] = []
  killed: NodeJS.Signals | undefined
  readonly number: number
  readonly #listener: ProcessListener

  constructor(number: number, listener: ProcessListener) {
    this.number = number
    this.#listener = listener
  }

  send(message: ToWorker, connection?: Socket): void {
    this.told.push(message)
    if (connection !== undefined) this.given.push(connection)
  }

  kill(signal: NodeJS.Signals): void {
    this.killed = signal
  }

  says(...messages: FromWorker[]): void {
    for (const message of messages) this.#listener.heard(message)
  }

  ends(code: number | null, signal: NodeJS.Signals | null = null): void {
    this.#listener.ended({ code, signal })
  }

  get wasToldToStop(): boolean {
    return this.told.some(({ type }) => type === 'stop')
  }
}

let surroundings: FakeSurroundings
let log: CapturedLog
let lives: FakeProcess[]
let readies: number
let pool: WorkerPool

beforeEach(() => {
  surroundings = new FakeSurroundings()
  log = new CapturedLog()
  lives = []
  readies = 0
  pool = new WorkerPool({
    count: 2,
    start: (number, listener) => {
      const process = new FakeProcess(number, listener)
      lives.push(process)
      return process
    },
    url: 'http://here',
    surroundings,
    log: log.log,
    ready: () => readies++,
  })
})

/** The latest life of a worker. */
function worker(number: number): FakeProcess {
  const found = lives.findLast((life) => life.number === number)
  if (found === undefined) throw new Error(`worker ${number} was never started`)
  return found
}

function allStart(): void {
  for (const life of lives) life.says({ type: 'up' }, { type: 'ready' })
}

describe('starting', () => {
  it('starts all at once, and welcomes each with where people reach it', () => {
    expect(lives.map(({ number }) => number)).toEqual([1, 2])
    allStart()
    expect(worker(1).told).toEqual([{ type: 'welcome', url: 'http://here' }])
    expect(readies).toBe(1)
  })

  it.each([2, 1])('ends with code %i and one line where none can start', async (code) => {
    worker(1).says({ type: 'failed', text: 'weft: the port is wrong\n' })
    worker(1).ends(code)
    expect(worker(2).wasToldToStop).toBe(true)
    worker(2).says({ type: 'failed', text: 'weft: the port is wrong, too\n' })
    worker(2).ends(code)
    expect(await pool.ended).toEqual({ code, failure: 'weft: the port is wrong\n' })
    expect(lives).toHaveLength(2)
    expect(surroundings.timers).toBe(0)
  })

  it('ends with 2 where workers that wait for a store find that it may not be used', async () => {
    for (const life of lives) life.says({ type: 'up' })
    worker(2).says({ type: 'failed', text: 'weft: Redis is not set up\n' })
    worker(2).ends(2)
    worker(1).ends(0)
    expect(await pool.ended).toEqual({ code: 2, failure: 'weft: Redis is not set up\n' })
  })

  it('starts again who is killed before it was ready: a signal comes from outside', () => {
    worker(1).ends(null, 'SIGKILL')
    surroundings.advance(250)
    expect(lives.map(({ number }) => number)).toEqual([1, 2, 1])
  })
})

describe('a worker that ends while others serve', () => {
  beforeEach(allStart)

  it('is started again, later each time, and at once again after it lived for long', () => {
    const waits: unknown[] = []
    for (let i = 0; i < 9; i++) {
      worker(1).ends(1)
      const [line] = log.of('worker-ended').slice(-1)
      waits.push(line?.['restartAfter'])
      const started = lives.length
      surroundings.advance(Number(line?.['restartAfter']) - 1)
      expect(lives).toHaveLength(started)
      surroundings.advance(1)
      expect(lives).toHaveLength(started + 1)
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    surroundings.advance(60_000)
    worker(1).ends(null, 'SIGKILL')
    expect(log.of('worker-ended').at(-1)).toMatchObject({
      level: 'error',
      worker: 1,
      signal: 'SIGKILL',
      restartAfter: 250,
    })
  })

  it('is started again even with a wrong configuration, while another one serves', () => {
    worker(1).ends(1)
    surroundings.advance(250)
    worker(1).says({ type: 'failed', text: 'weft: no keys\n' })
    worker(1).ends(2)
    expect(log.of('worker-ended').at(-1)).toMatchObject({ code: 2, detail: 'weft: no keys\n', restartAfter: 500 })
    expect(worker(2).wasToldToStop).toBe(false)
  })

  it('ends everything with a wrong configuration where no other one serves any more', async () => {
    worker(1).ends(1)
    worker(2).ends(1)
    surroundings.advance(250)
    worker(1).ends(2)
    worker(2).ends(0)
    expect((await pool.ended).code).toBe(2)
  })

  it('was asked to by its own SIGTERM: no news, and another one comes', () => {
    worker(1).says({ type: 'leaving' })
    worker(1).ends(0)
    expect(log.of('worker-ended')).toMatchObject([{ level: 'info', worker: 1, code: 0 }])
    surroundings.advance(250)
    expect(lives).toHaveLength(3)
  })
})

describe('stopping', () => {
  it.each([
    [[0, 0], 0],
    [[0, 1], 1],
    [[1, 0], 1],
    [[0, null], 1],
  ] as const)('workers that end with %j make it end with %i', async (codes, code) => {
    allStart()
    pool.stop()
    expect(lives.every(({ wasToldToStop }) => wasToldToStop)).toBe(true)
    worker(1).ends(codes[0])
    worker(2).ends(codes[1])
    expect(await pool.ended).toEqual({ code, failure: undefined })
  })

  it('does not start again who was to be', async () => {
    allStart()
    worker(1).ends(1)
    pool.stop()
    worker(2).ends(0)
    expect((await pool.ended).code).toBe(0)
    expect(surroundings.timers).toBe(0)
  })

  it('kills all of them where it has to', () => {
    pool.kill()
    expect(lives.map(({ killed }) => killed)).toEqual(['SIGKILL', 'SIGKILL'])
  })
})

describe('connections', () => {
  const head = Buffer.from('GET / HTTP/1.1\r\n\r\n')
  const opened: Socket[] = []

  /** A connection that waits to be given away, and the one who made it. */
  async function connection(): Promise<{ accepted: Socket; client: Socket }> {
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const accepting = once(server, 'connection')
    const client = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
    const [accepted]: Socket[] = await accepting
    server.close()
    if (accepted === undefined) throw new Error('nothing was accepted')
    opened.push(accepted, client)
    return { accepted, client }
  }

  afterEach(() => {
    for (const socket of opened.splice(0)) socket.destroy()
  })

  it('go to nobody while nobody is up, and to nobody who leaves', async () => {
    const { accepted } = await connection()
    expect(pool.give(accepted, 'd', head)).toBe(false)
    worker(1).says({ type: 'up' })
    expect(pool.give(accepted, 'd', head)).toBe(true)
    expect(worker(1).told.at(-1)).toEqual({ type: 'connection', head: head.toString('latin1') })
    worker(1).says({ type: 'leaving' })
    expect(pool.give(accepted, 'd', head)).toBe(false)
  })

  it('that a killed worker had not taken are ended, so that nobody waits for ever', async () => {
    worker(1).says({ type: 'up' })
    const [taken, untaken] = [await connection(), await connection()]
    pool.give(taken.accepted, 'd', head)
    pool.give(untaken.accepted, 'd', head)
    worker(1).says({ type: 'count', came: 1, left: 0 })
    const closed = once(untaken.client.resume(), 'close')
    worker(1).ends(null, 'SIGKILL')
    await closed
    expect(taken.accepted.destroyed).toBe(false)
  })
})

describe('metrics', () => {
  it('are those of all workers that answer, asked by any of them', async () => {
    allStart()
    worker(2).says({ type: 'ask-metrics', id: 7 })
    for (const number of [1, 2]) {
      const [question] = worker(number).told.filter(({ type }) => type === 'read-metrics')
      expect(question).toEqual({ type: 'read-metrics', id: 1 })
    }
    worker(1).says({ type: 'metrics', id: 1, text: '# HELP m a\nm{worker="1"} 1\n' })
    surroundings.advance(2_000)
    await expect.poll(() => worker(2).told.at(-1)).toMatchObject({ type: 'all-metrics', id: 7 })
    const answer = worker(2).told.at(-1)
    expect(answer).toMatchObject({ text: expect.stringContaining('# HELP m a\nm{worker="1"} 1\n') })
  })

  it('do not wait for a worker that ends, and tell how often each was started again', async () => {
    allStart()
    worker(2).says({ type: 'ask-metrics', id: 1 })
    worker(1).ends(1)
    worker(2).says({ type: 'metrics', id: 1, text: '# HELP m a\nm{worker="2"} 1\n' })
    await expect.poll(() => worker(2).told.at(-1)?.type).toBe('all-metrics')
    expect(worker(2).told.at(-1)).toMatchObject({ text: expect.stringMatching(/restarts_total\{worker="1"\} 1\n/) })
  })
})

/** W4: joining a large document: first after a restart, fifty at once, after a short absence, and over a slow line. */
import { setTimeout } from 'node:timers/promises'
import { startBareBytes } from '../load/bare-bytes.ts'
import { severally } from '../load/crowd.ts'
import { plainDialect } from '../load/dialect.ts'
import { type LargeDocument, largeDocument } from '../load/large-document.ts'
import { RawClient } from '../load/raw-client.ts'
import { SlowLink } from '../load/slow-link.ts'
import { Typist } from '../load/typist.ts'
import { Meter } from '../meter.ts'
import { cpuMilliseconds, forgetPeak, residentKiB } from '../process-usage.ts'
import type { Address, RunningSystem, System } from '../system.ts'
import { percentile } from '../../support/percentiles.ts'
import type { Case, Found, Workload } from '../workload.ts'

const joiners = 50
const absentUpdates = 100
const lineBitsPerSecond = 2e6

/** For what a server keeps to be on its disk: Hocuspocus stores two seconds after the last edit. */
const untilKept = 4000

const document = 'large'

/** The workload. */
export const largeDocuments: Workload = {
  id: 'W4',
  title: 'Large documents',
  metrics: [
    { name: 'first bytes', unit: 'ms', better: 'less' },
    { name: 'joined p50', unit: 'ms', better: 'less' },
    { name: 'joined p99', unit: 'ms', better: 'less' },
    { name: 'server CPU', unit: 'ms', better: 'less' },
    { name: 'peak memory above before', unit: 'MiB', better: 'less' },
    { name: 'bytes per joiner', unit: 'MB', better: 'less' },
    { name: 'longest silence', unit: 'ms', better: 'less' },
    { name: 'p99 to bare writing', unit: '', better: 'less' },
    { name: 'CPU to bare writing', unit: '', better: 'less' },
  ],
  cases: [restarted(5), restarted(20), together(5), together(20), rejoining(20), slowly(5)],
}

function restarted(megabytes: number): Case {
  return large(`${megabytes} MB, first join after a restart`, megabytes, async (setting) => {
    await setTimeout(untilKept)
    await setting.running.restart()
    return await join(setting, 1)
  })
}

function together(megabytes: number): Case {
  return large(`${megabytes} MB, ${joiners} joining at once`, megabytes, async (setting) => {
    const keeper = await open(setting, setting.running)
    try {
      await untilQuiet(setting.running.pid)
      const found = await join(setting, joiners)
      return { ...found, ...(await toBareWriting(setting, found)) }
    } finally {
      keeper.client.close()
    }
  })
}

/** Waits until a server has done what an upload leaves it to do, as making a checkpoint: a minute at most. */
async function untilQuiet(pid: number): Promise<void> {
  const [step, most] = [500, 60_000]
  for (let waited = 0; waited < most; waited += step) {
    const before = cpuMilliseconds(pid)
    await setTimeout(step)
    // Threads that have ended are counted no longer.
    if (Math.abs(cpuMilliseconds(pid) - before) < step / 50) return
  }
}

/** What writing the very same number of bytes to as many sockets costs at the same time, and how many times that was needed. */
async function toBareWriting(setting: Setting, found: Found): Promise<Found> {
  const { system } = setting
  await using bare = await startBareBytes(setting.made.bytes)
  const least = await join({ ...setting, running: bare, system: { ...system, dialect: plainDialect } }, joiners)
  const times = (metric: string): number => (found[metric] ?? 0) / (least[metric] ?? 1)
  return { 'p99 to bare writing': times('joined p99'), 'CPU to bare writing': times('server CPU') }
}

function rejoining(megabytes: number): Case {
  return large(`${megabytes} MB, rejoining after ${absentUpdates} updates`, megabytes, async (setting) => {
    const keeper = await open(setting, setting.running)
    const typist = new Typist(0)
    for (let update = 0; update < absentUpdates; update++) keeper.client.update(typist.type())
    await setTimeout(500)
    try {
      return await join({ ...setting, stateVector: setting.made.stateVector, enough: 0 }, 1)
    } finally {
      keeper.client.close()
    }
  })
}

function slowly(megabytes: number): Case {
  return large(`${megabytes} MB over a line of 2 Mbit/s`, megabytes, async (setting) => {
    const keeper = await open(setting, setting.running)
    using link = await SlowLink.open(setting.running, lineBitsPerSecond)
    try {
      return await join({ ...setting, seenThrough: link.through(setting.running) }, 1)
    } finally {
      keeper.client.close()
    }
  })
}

interface Setting {
  readonly system: System
  readonly running: RunningSystem
  readonly made: LargeDocument
  /** Whoever heard so many bytes of the state has it: some servers say that they are in sync before they have loaded anything. */
  readonly enough: number
  readonly stateVector?: Uint8Array
  /** Where joiners connect, if not to the server itself. */
  readonly seenThrough?: Address
}

function large(name: string, megabytes: number, run: (setting: Setting) => Promise<Found>): Case {
  return {
    name,
    alone: true,
    // Those that keep nothing hold documents in memory in the same way, and have nothing after a restart.
    appliesTo: ({ persists }) => persists,
    async run(system, running) {
      const made = documentOf(megabytes)
      await upload(system, running, made)
      return await run({ system, running, made, enough: made.bytes * nearlyAll })
    },
  }
}

/** How long a document may take to arrive, in milliseconds. */
const patience = 90_000

/** Servers encode the same state in sizes that differ a little. */
const nearlyAll = 0.8

const documents = new Map<number, LargeDocument>()

/** Each size is made once. */
function documentOf(megabytes: number): LargeDocument {
  const made = documents.get(megabytes) ?? largeDocument(megabytes)
  documents.set(megabytes, made)
  return made
}

/** Writes a document as somebody would who had worked offline, and waits until the server has all of it. */
async function upload(system: System, running: RunningSystem, made: LargeDocument): Promise<void> {
  const setting = { system, running, made, enough: 0 }
  const { client } = await open(setting, running)
  for (const update of made.updates) {
    client.update(update)
    while (client.waiting > 1024 * 1024) await setTimeout(5)
  }
  const reader = await open({ ...setting, enough: made.bytes * nearlyAll }, running)
  reader.client.close()
  client.close()
}

async function tooLate(): Promise<never> {
  await setTimeout(patience, undefined, { ref: false })
  throw new Error(`the document had not arrived after ${patience / 1000} s`)
}

/** Someone who has joined. */
interface Joined {
  readonly client: RawClient
  readonly stateBytes: number
  /** Milliseconds until the first bytes of the state, until all were there, and between two of its messages at most. */
  readonly first: number
  readonly whole: number
  readonly silence: number
}

async function open(setting: Setting, to: Address): Promise<Joined> {
  const begun = performance.now()
  let first: number | undefined
  let last = begun
  let silence = 0
  let stateBytes = 0
  const arrived = Promise.withResolvers<void>()
  const count = (bytes: number): void => {
    const now = performance.now()
    silence = Math.max(silence, now - last)
    last = now
    stateBytes += bytes
    if (stateBytes >= setting.enough) arrived.resolve()
  }
  const hear = (message: Buffer): void => count(message[0] === 0 && message[1] !== 0 ? message.length : 0)
  const client = await RawClient.open({
    system: to,
    dialect: setting.system.dialect,
    document,
    ...(setting.stateVector === undefined ? {} : { stateVector: setting.stateVector }),
    onBytes: () => (first ??= performance.now()),
    onJoining: hear,
    onMessage: hear,
    // Nothing but a state is so large that it comes in parts.
    onPart: (part) => count(part.length),
  })
  if (stateBytes < setting.enough) await Promise.race([arrived.promise, tooLate()])
  const whole = performance.now() - begun
  return { client, stateBytes, first: (first ?? last) - begun, whole, silence }
}

async function join(setting: Setting, count: number): Promise<Found> {
  const { running, seenThrough = running } = setting
  const before = residentKiB(running.pid)
  forgetPeak(running.pid)
  const meter = new Meter(running)
  const joined: Joined[] = []
  await severally(count, async () => {
    joined.push(await open(setting, seenThrough))
  })
  const usage = meter.read()
  const peak = residentKiB(running.pid, 'peak')
  for (const { client } of joined) client.close()
  const whole = joined.map((one) => one.whole)
  return {
    'first bytes': percentile(
      joined.map(({ first }) => first),
      50,
    ),
    'joined p50': percentile(whole, 50),
    'joined p99': percentile(whole, 99),
    'server CPU': usage.serverCpu,
    'peak memory above before': Math.max(0, peak - before) / 1024,
    'bytes per joiner':
      percentile(
        joined.map(({ stateBytes }) => stateBytes),
        50,
      ) / 1e6,
    'longest silence': Math.max(...joined.map(({ silence }) => silence)),
  }
}

/** W5: what people cost who have something open and do nothing. */
import { setTimeout } from 'node:timers/promises'
import { severally } from '../load/crowd.ts'
import type { Dialect } from '../load/dialect.ts'
import { RawClient } from '../load/raw-client.ts'
import { Typist } from '../load/typist.ts'
import { Meter } from '../meter.ts'
import { residentKiB } from '../process-usage.ts'
import type { RunningSystem, System } from '../system.ts'
import { type Case, documentNamed, type Found, type Workload } from '../workload.ts'

/** For garbage to be collected and memory to be given back. */
const settling = 4000

/** Memory is compared after so many documents, which left what stays as it is, and after as many more: what has grown then is lost. */
const opened = 10_000

/** Weft keeps a document for 30 s after everyone has left, in case someone comes back, and looks every 15 s. */
const untilUnloaded = 50_000

/** The workload. */
export const idle: Workload = {
  id: 'W5',
  title: 'Idle connections and documents',
  metrics: [
    { name: 'resident memory per connection', unit: 'KiB', better: 'less' },
    { name: 'growth per document opened and closed', unit: 'KiB', better: 'less' },
    { name: 'server CPU while idle', unit: '%', better: 'less' },
    { name: 'server CPU per connection opened', unit: 'µs', better: 'less' },
    { name: 'resident memory', unit: 'MiB', better: 'less' },
    { name: 'connections lost', unit: '', better: 'less' },
  ],
  cases: [
    connected('5,000 connections to one document', 5000, () => 'idle'),
    connected('2,000 documents with one connection each', 2000, (index) => `idle-${index}`),
    openedAndClosed(`${opened.toLocaleString('en-US')} documents opened and closed`),
  ],
}

function connected(name: string, count: number, documentOf: (index: number) => string): Case {
  return {
    name,
    alone: true,
    appliesTo: holdsTheSame,
    async run(system, running, { duration }) {
      // Some go before, so that what grows once does not count.
      await openAll(system, running, 200, (index) => `before-${index}`).then(close)
      await setTimeout(settling)
      const before = residentKiB(running.pid)
      const opening = new Meter(running)
      const clients = await openAll(system, running, count, documentOf)
      const { serverCpu } = opening.read()
      try {
        await setTimeout(settling)
        const meter = new Meter(running)
        await setTimeout(duration)
        const usage = meter.read()
        return {
          'resident memory per connection': (residentKiB(running.pid) - before) / count,
          'server CPU while idle': (usage.serverCpu / usage.elapsed) * 100,
          'server CPU per connection opened': (serverCpu / count) * 1000,
          'resident memory': meter.residentMiB,
          'connections lost': clients.filter(({ lost }) => lost).length,
        }
      } finally {
        close(clients)
      }
    },
  }
}

function openedAndClosed(name: string): Case {
  const visit = async (system: System, running: RunningSystem, from: number, to: number): Promise<void> => {
    await severally(to - from, async (index) => {
      const client = await open(system, running, `${documentNamed(name)}-${from + index}`)
      client.update(new Typist(index).type())
      client.close()
    })
    await setTimeout(untilUnloaded)
  }
  return {
    name,
    alone: true,
    appliesTo: holdsTheSame,
    async run(system, running): Promise<Found> {
      await visit(system, running, 0, opened)
      const before = residentKiB(running.pid)
      await visit(system, running, opened, 2 * opened)
      return {
        'growth per document opened and closed': (residentKiB(running.pid) - before) / opened,
        'resident memory': residentKiB(running.pid) / 1024,
      }
    },
  }
}

/** Peers that also store documents hold no more in memory for it. */
function holdsTheSame({ name, persists }: System): boolean {
  return name.startsWith('weft-') || !persists
}

async function openAll(
  system: System,
  running: RunningSystem,
  count: number,
  documentOf: (index: number) => string,
): Promise<RawClient[]> {
  const clients: RawClient[] = []
  await severally(count, async (index) => {
    clients.push(await open(system, running, documentOf(index)))
  })
  return clients
}

function open(system: System, running: RunningSystem, document: string): Promise<RawClient> {
  const { dialect } = system
  // What passes everything on would pass each greeting to all who are there: twelve million messages for five thousand of them.
  const silent: Dialect = dialect.answers ? dialect : { ...dialect, greeting: () => [] }
  return RawClient.open({ system: running, dialect: silent, document })
}

function close(clients: readonly RawClient[]): void {
  for (const client of clients) client.close()
}

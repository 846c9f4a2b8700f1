/**
 * A checker in the spirit of Jepsen (https://jepsen.io): writers on all nodes keep a record of what they were told is saved, a
 * nemesis inflicts a drawn schedule of faults on real processes, and at the end the records are held against every replica.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChaosCluster } from './chaos-cluster.ts'
import { ChaosNode } from './chaos-node.ts'
import { Checker } from './checker.ts'
import { inflict } from './nemesis.ts'
import { randomFor } from './random.ts'
import { RedisPair } from './redis-pair.ts'
import { describeSchedule, type Plan, planSchedule } from './schedule.ts'
import { SentinelPair } from './sentinel-pair.ts'
import { SingleRedis } from './single-redis.ts'
import type { Topology } from './topology.ts'
import { Writer } from './writer.ts'

const documentCount = 3
const writerCount = 6
/** Between two audits that no fault asks for, in milliseconds. */
const auditInterval = 1_000
/** How long after the last fault replicas may differ, in milliseconds; recovery.test.ts holds the exact promises. */
const agreementLimit = 15_000

/** What came of a run. `violations` has to be empty. */
export interface Outcome {
  readonly violations: readonly string[]
  readonly schedule: readonly string[]
  readonly counts: Readonly<Record<string, number>>
}

/** Runs a plan on servers of its own. */
export async function runChaos(plan: Plan): Promise<Outcome> {
  const violations: string[] = []
  const begun = performance.now()
  const violation = (text: string): void => {
    violations.push(`${((performance.now() - begun) / 1000).toFixed(2)} s: ${text}`)
  }
  await using stack = new AsyncDisposableStack()
  const topology = stack.use(await startTopology(plan))
  const nodes = await startNodes(plan, topology, violation)
  for (const node of nodes) stack.use(node)
  const documents = nameDocuments(plan, topology)
  const writers = Array.from(
    { length: writerCount },
    (_, index) =>
      new Writer({
        name: `w${index}`,
        document: documents[index % documentCount] ?? '',
        random: randomFor(plan.seed * writerCount + index),
        nodes: () => nodes.filter(({ up }) => up).map(({ webSocketUrl }) => webSocketUrl),
        violation,
      }),
  )
  stack.defer(() => {
    for (const writer of writers) writer.leave()
  })

  const mayLose = plan.durability === 'memory' && !plan.nodesLast
  const checker = new Checker({ topology, durability: plan.durability, mayLose, writers, nodes, documents, violation })
  const size = { links: topology.links.length, shards: topology.shards }
  const schedule = planSchedule(plan, size)
  const faultsOver = new AbortController()
  const auditing = topology.auditable ? auditUntil(checker, faultsOver.signal) : Promise.resolve()
  await inflict(schedule, { nodes, topology, audit: (source) => checker.audit(source) })
  faultsOver.abort()
  await auditing

  const whole = performance.now()
  const finished = await Promise.allSettled(writers.map((writer) => writer.finish()))
  for (const { reason } of finished.filter((outcome) => outcome.status === 'rejected')) violation(String(reason))
  const savedAfter = performance.now() - whole
  await checker.audit()
  const agreedAfter = await checker.compare(agreementLimit)
  await stopNodes(nodes, violation)

  return {
    violations,
    schedule: describeSchedule(schedule),
    counts: {
      'edits made': sum(writers.map(({ record }) => record.made)),
      'edits told saved': sum(writers.map(({ record }) => record.saved)),
      'connections made': sum(writers.map(({ connections }) => connections)),
      ...checker.counts,
      ...countEvents(nodes),
      'ms after the faults until all was saved': Math.round(savedAfter),
      'ms from then until all replicas agreed': Math.round(agreedAfter),
    },
  }
}

/** An outcome as text for people. */
export function describeOutcome(plan: Plan, { violations, schedule, counts }: Outcome): string {
  return [
    `seed ${plan.seed}, ${plan.durability}, ${plan.topology}, ${plan.nodes} nodes${plan.nodesLast ? ' that last' : ''}, ${plan.seconds} s`,
    ...schedule.map((line) => `  ${line}`),
    ...Object.entries(counts).map(([name, count]) => `  ${String(count).padStart(8)}  ${name}`),
    ...violations.map((line) => `  VIOLATION ${line}`),
  ].join('\n')
}

/** Documents that are spread over all masters: a fault of any is to matter. */
function nameDocuments({ seed }: Plan, topology: Topology): string[] {
  return Array.from({ length: documentCount }, (_, index) => {
    const names = Array.from({ length: 100 }, (_, attempt) => `chaos/${seed}/${index}.${attempt}`)
    return names.find((name) => topology.shardOf(name) === index % topology.shards) ?? ''
  })
}

function startTopology({ topology, durability, nodes }: Plan): Promise<Topology> {
  switch (topology) {
    case 'single':
      return SingleRedis.start(nodes, durability === 'fsync')
    case 'pair':
      return RedisPair.start(nodes)
    case 'sentinel':
      return SentinelPair.start()
    case 'cluster':
      return ChaosCluster.start()
  }
}

function startNodes(plan: Plan, topology: Topology, violation: (text: string) => void): Promise<ChaosNode[]> {
  // Mostly rooms are unloaded as soon as nobody is there, so that loading and compaction happen all the time.
  const grace = plan.nodesLast ? 600_000 : 300
  const settings = { anonymous: 'write', durability: plan.durability, 'drain-window': 0, 'empty-room-grace': grace }
  const args = Object.entries(settings).flatMap(([flag, value]) => [`--${flag}`, String(value)])
  return Promise.all(
    Array.from({ length: plan.nodes }, (_, index) =>
      ChaosNode.start(`node ${index}`, topology.urlOf(index), args, violation),
    ),
  )
}

async function auditUntil(checker: Checker, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(auditInterval)
    await checker.audit()
  }
}

/** Stops the nodes in good order, and looks at what they complained of. */
async function stopNodes(nodes: readonly ChaosNode[], violation: (text: string) => void): Promise<void> {
  for (const node of nodes) {
    if (!node.up) continue
    const { code, signal } = await node.stop()
    if (code !== 0) violation(`${node.name} was asked to stop and ended with ${signal ?? `code ${code}`}`)
  }
  for (const node of nodes) {
    for (const line of node.log) {
      const text = JSON.stringify(line)
      if (text.includes('CorruptRecordError')) violation(`${node.name} could not read a record: ${text}`)
      if (line['event'] === 'connection-failed' && !/"kind":/.test(text)) {
        violation(`${node.name} failed without a name: ${text}`)
      }
    }
  }
}

/** How often each event that is worth a warning stands in the nodes' logs. */
function countEvents(nodes: readonly ChaosNode[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { event, level } of nodes.flatMap(({ log }) => log)) {
    if (level !== 'warn' && level !== 'error') continue
    const name = `log lines "${String(event)}"`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

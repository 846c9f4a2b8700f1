import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisServer } from '../../packages/persistence/test/redis-server.ts'
import type { TcpProxy } from '../../packages/persistence/test/tcp-proxy.ts'
import type { ChaosNode } from './chaos-node.ts'
import type { Fault, LinkFaultKind, NodeFaultKind, Schedule } from './schedule.ts'
import type { Audit, Topology } from './topology.ts'

/** How much later things come on a slow link, in milliseconds. */
const slowness = 150

/** Whom the nemesis is let loose on. */
export interface Victims {
  readonly nodes: readonly ChaosNode[]
  readonly topology: Topology
  /** Looks whether the log has everything that was saved. */
  readonly audit: Audit
}

/** Inflicts a schedule's faults at their times. Resolves when the last one is over and everything is whole. */
export async function inflict(schedule: Schedule, victims: Victims): Promise<void> {
  const { nodes, topology, audit } = victims
  const begun = performance.now()
  const run = async <F extends Fault>({ faults }: { faults: readonly F[] }, how: (fault: F) => Promise<void>) => {
    for (const fault of faults) {
      await sleep(Math.max(0, begun + fault.at - performance.now()))
      await how(fault)
    }
  }
  await Promise.all([
    ...schedule.nodes.map((lane) => run(lane, (fault) => harmNode(at(nodes, fault.target), fault))),
    ...schedule.links.map((lane) => run(lane, (fault) => harmLink(at(topology.links, fault.target), fault))),
    run(schedule.relay, () => Promise.resolve(dropRelay(topology.servers))),
    run(schedule.store, (fault) => topology.inflict(fault, audit)),
  ])
}

function harmNode(node: ChaosNode, { kind, lasts }: Fault<NodeFaultKind>): Promise<void> {
  switch (kind) {
    case 'kill-node':
      return node.kill(lasts)
    case 'pause-node':
      return node.pause(lasts)
  }
}

async function harmLink(link: TcpProxy, { kind, lasts }: Fault<LinkFaultKind>): Promise<void> {
  switch (kind) {
    case 'cut-link':
      return link.cut()
    case 'swallow-requests':
    case 'swallow-answers':
      void link.swallow(kind === 'swallow-requests' ? 'up' : 'down')
      await sleep(lasts)
      // No network forgets bytes in the middle of a stream: a connection that lost some is gone.
      link.cut()
      return link.pass()
    case 'slow-link':
      link.slow(slowness)
      await sleep(lasts)
      return link.pass()
    case 'refuse-link':
      link.refuse()
      await sleep(lasts)
      return link.pass()
  }
}

/** Takes all nodes' subscriptions away, as Redis does with a subscriber that is too slow. Nobody waits for a Redis that is away. */
function dropRelay(servers: readonly RedisServer[]): void {
  for (const { client } of servers) {
    const drop = async (): Promise<void> => {
      const list = String(await client.call('CLIENT', 'LIST'))
      const ids = [...list.matchAll(/^id=(\d+) .* name=weft-relay /gm)].map(([, id = '']) => id)
      await Promise.all(ids.map((id) => client.call('CLIENT', 'KILL', 'ID', id)))
    }
    drop().catch(() => {})
  }
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index]
  if (found === undefined) throw new RangeError(`there is no number ${index}`)
  return found
}

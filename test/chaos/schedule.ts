import { int31, type PRNG, real53 } from 'lib0/prng'
import { randomFor } from './random.ts'

/** What `saved` means in a run. */
export const durabilities = ['fsync', 'memory', 'replicas:1'] as const
export type Durability = (typeof durabilities)[number]

/** How Redis is set up: alone; a master with a replica and a hand that fails over; the same with a Sentinel; a Cluster. */
export const topologyNames = ['single', 'pair', 'sentinel', 'cluster'] as const
export type TopologyName = (typeof topologyNames)[number]

/** What a run is made of. The same plan gives the same schedule and the same writers. */
export interface Plan {
  readonly seed: number
  readonly durability: Durability
  readonly topology: TopologyName
  readonly nodes: number
  /** Whether nodes live through it and keep what they have open: then all that was ever saved is held by one, at `memory` too. */
  readonly nodesLast: boolean
  /** For how long faults begin. */
  readonly seconds: number
}

export type NodeFaultKind = 'kill-node' | 'pause-node'

export type LinkFaultKind = 'cut-link' | 'swallow-requests' | 'swallow-answers' | 'slow-link' | 'refuse-link'

/** All subscriptions are taken away. */
export type RelayFaultKind = 'drop-relay'

/** What befalls Redis itself. */
export type StoreFaultKind =
  /** Killed, and started again on what it left. */
  | 'kill-redis'
  /** Killed; the replica takes over, and the old one comes back as its replica. */
  | 'kill-master'
  | 'kill-replica'
  | 'pause-master'
  /** The replica takes over while the master is well. */
  | 'hand-over'
  /** The replica takes over while the master, which it can no longer reach, still takes writes from some. */
  | 'cut-off-master'

type Range = readonly [least: number, most: number]

/** What may happen, and for how many milliseconds. */
interface Possible<Kind> {
  readonly kind: Kind
  readonly lasts: Range
}

const nodeFaults: readonly Possible<NodeFaultKind>[] = [
  { kind: 'kill-node', lasts: [200, 2_000] },
  { kind: 'pause-node', lasts: [200, 2_000] },
]

const linkFaults: readonly Possible<LinkFaultKind>[] = [
  { kind: 'cut-link', lasts: [0, 0] },
  { kind: 'swallow-requests', lasts: [200, 2_500] },
  { kind: 'swallow-answers', lasts: [200, 2_500] },
  { kind: 'slow-link', lasts: [500, 2_500] },
  { kind: 'refuse-link', lasts: [200, 2_500] },
]

const relayFaults: readonly Possible<RelayFaultKind>[] = [{ kind: 'drop-relay', lasts: [0, 0] }]

/** What each topology can suffer, and for how many milliseconds. */
const storeFaults: Readonly<Record<TopologyName, readonly { readonly kind: StoreFaultKind; readonly lasts: Range }[]>> =
  {
    single: [
      { kind: 'kill-redis', lasts: [200, 2_500] },
      { kind: 'pause-master', lasts: [300, 3_500] },
    ],
    pair: [
      { kind: 'kill-master', lasts: [300, 1_500] },
      { kind: 'kill-replica', lasts: [300, 1_500] },
      { kind: 'pause-master', lasts: [300, 2_500] },
      { kind: 'cut-off-master', lasts: [500, 2_000] },
    ],
    sentinel: [{ kind: 'kill-master', lasts: [300, 1_000] }],
    // What is to make a Cluster fail over lasts longer than its node timeout.
    cluster: [
      { kind: 'kill-master', lasts: [300, 1_000] },
      { kind: 'kill-replica', lasts: [300, 1_500] },
      { kind: 'pause-master', lasts: [3_500, 4_500] },
      { kind: 'hand-over', lasts: [100, 300] },
      { kind: 'cut-off-master', lasts: [3_500, 4_500] },
    ],
  }

export type FaultKind = NodeFaultKind | LinkFaultKind | RelayFaultKind | StoreFaultKind

/** One fault: when it begins and for how long it lasts, in milliseconds from the start of the run, and whom it befalls. */
export interface Fault<Kind extends FaultKind = FaultKind> {
  readonly kind: Kind
  /** Number of the node, of the link, or of the master and its replica. */
  readonly target: number
  readonly at: number
  readonly lasts: number
}

/** Faults of one victim, one after another. Those of different victims overlap. */
export interface Lane<Kind extends FaultKind = FaultKind> {
  readonly victim: string
  readonly faults: readonly Fault<Kind>[]
}

/** A run's faults by whom they befall. */
export interface Schedule {
  readonly nodes: readonly Lane<NodeFaultKind>[]
  readonly links: readonly Lane<LinkFaultKind>[]
  readonly relay: Lane<RelayFaultKind>
  readonly store: Lane<StoreFaultKind>
}

/** Draws a schedule. */
export function planSchedule(plan: Plan, size: { links: number; shards: number }): Schedule {
  const random = randomFor(plan.seed)
  const lane = <Kind extends FaultKind>(
    victim: string,
    possible: readonly Possible<Kind>[],
    gap: Range,
    drawTarget: () => number,
  ): Lane<Kind> => {
    const faults: Fault<Kind>[] = []
    let deck: readonly Possible<Kind>[] = []
    for (let at = between(random, [200, gap[1]]); at < plan.seconds * 1000;) {
      // Dealt like cards, so that each kind has its turn before one comes again.
      if (deck.length === 0) deck = shuffled(random, possible)
      const [dealt, ...rest] = deck
      if (dealt === undefined) break
      deck = rest
      const fault = { kind: dealt.kind, target: drawTarget(), at, lasts: between(random, dealt.lasts) }
      faults.push(fault)
      at += fault.lasts + between(random, gap)
    }
    return { victim, faults }
  }
  const each = <T>(count: number, make: (target: number) => T): T[] =>
    Array.from({ length: count }, (_, at) => make(at))
  const ofNodes = plan.nodesLast ? nodeFaults.filter(({ kind }) => kind !== 'kill-node') : nodeFaults
  return {
    nodes: each(plan.nodes, (target) => lane(`node ${target}`, ofNodes, [1_500, 4_500], () => target)),
    links: each(size.links, (target) => lane(`link ${target}`, linkFaults, [1_500, 5_000], () => target)),
    relay: lane('relay', relayFaults, [700, 3_000], () => 0),
    store: lane('redis', storeFaults[plan.topology], [500, 2_500], () => int31(random, 0, size.shards - 1)),
  }
}

/** A schedule as lines for people, in the order in which faults begin. */
export function describeSchedule(schedule: Schedule): string[] {
  const lanes: readonly Lane[] = [...schedule.nodes, ...schedule.links, schedule.relay, schedule.store]
  return lanes
    .flatMap(({ victim, faults }) => faults.map((fault) => ({ victim, fault })))
    .toSorted((a, b) => a.fault.at - b.fault.at)
    .map(({ victim, fault: { kind, target, at, lasts } }) => {
      const whom = victim === 'redis' ? `redis ${target}` : victim
      return `${(at / 1000).toFixed(2).padStart(6)} s  ${whom.padEnd(8)} ${kind}${lasts > 0 ? ` for ${lasts} ms` : ''}`
    })
}

function between(random: PRNG, [least, most]: Range): number {
  return int31(random, least, most)
}

function shuffled<T>(random: PRNG, list: readonly T[]): T[] {
  const keyed = list.map((value) => ({ value, key: real53(random) }))
  return keyed.toSorted((a, b) => a.key - b.key).map(({ value }) => value)
}

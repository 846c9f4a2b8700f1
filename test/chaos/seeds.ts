import type { Durability, Plan, TopologyName } from './schedule.ts'

const nodes = 3

// A Cluster takes seconds to notice that a master is gone. A Sentinel waits before it fails over again: once is enough.
const secondsFor: Readonly<Record<TopologyName, number>> = { single: 8, pair: 8, sentinel: 3, cluster: 12 }

/** What a normal run goes through: each has seeds of its own, so that a failure is named by its seed alone. */
const kinds: readonly (readonly [common: Omit<Plan, 'seed'>, ...seeds: readonly number[]])[] = [
  [plan('fsync', 'single'), 101, 102, 103, 104, 105, 106, 107],
  [plan('replicas:1', 'pair'), 201, 202, 203],
  [plan('memory', 'single'), 301],
  [{ ...plan('memory', 'single'), nodesLast: true }, 351, 352],
  [plan('memory', 'pair'), 401],
  [{ ...plan('memory', 'pair'), nodesLast: true }, 451],
  [plan('replicas:1', 'sentinel'), 701],
  [plan('replicas:1', 'cluster'), 501, 502],
  [{ ...plan('memory', 'cluster'), nodesLast: true }, 651],
]

/** The seeds of a normal run. Any others are run by hand: `node test/chaos/run.ts --seed <n>`. */
export const usualPlans: readonly Plan[] = kinds.flatMap(([common, ...seeds]) =>
  seeds.map((seed) => ({ ...common, seed })),
)

/**
 * Runs that failed once, and what was wrong. A change of schedule.ts draws other faults: then another seed has to be found that
 * fails without the repair.
 */
export const pastFailures: readonly (Plan & { readonly wasWrong: string })[] = [
  {
    ...plan('replicas:1', 'cluster'),
    seed: 503,
    wasWrong: 'a node that started during a failover took a demoted master for a wrong configuration, and ended',
  },
  {
    ...plan('memory', 'pair'),
    seed: 20_040,
    nodesLast: true,
    seconds: 10,
    wasWrong:
      'a master was lost with appends whose own node had not heard them over the relay, and so did not miss them',
  },
]

function plan(durability: Durability, topology: TopologyName): Omit<Plan, 'seed'> {
  return { durability, topology, nodes, nodesLast: false, seconds: secondsFor[topology] }
}

import { expect, test } from 'vitest'
import { describeSchedule, type Lane, type Plan, planSchedule, type Schedule } from './schedule.ts'
import { pastFailures, usualPlans } from './seeds.ts'

const plan: Plan = { seed: 1, durability: 'fsync', topology: 'single', nodes: 3, nodesLast: false, seconds: 30 }
const size = { links: 3, shards: 1 }

function lanesOf(schedule: Schedule): readonly Lane[] {
  return [...schedule.nodes, ...schedule.links, schedule.relay, schedule.store]
}

function kindsIn(plans: readonly Plan[]): Set<string> {
  const lanes = plans.flatMap((each) => lanesOf(planSchedule(each, size)))
  return new Set(lanes.flatMap(({ faults }) => faults.map(({ kind }) => kind)))
}

test('a seed always gives the same schedule, and its neighbour another', () => {
  const lines = describeSchedule(planSchedule(plan, size))
  expect(describeSchedule(planSchedule(plan, size))).toEqual(lines)
  expect(describeSchedule(planSchedule({ ...plan, seed: 2 }, size))).not.toEqual(lines)
  expect(lines.length).toBeGreaterThan(20)
})

test('one victim suffers one fault at a time', () => {
  for (const { faults } of lanesOf(planSchedule(plan, size))) {
    for (const [index, { at }] of faults.entries()) {
      const before = faults[index - 1]
      if (before !== undefined) expect(at).toBeGreaterThan(before.at + before.lasts)
    }
  }
})

test('nodes that are to last are never killed', () => {
  expect(kindsIn([plan])).toContain('kill-node')
  expect(kindsIn([{ ...plan, nodesLast: true }])).not.toContain('kill-node')
})

test('a normal run has 20 seeds, at most 4 of them with a Cluster, and every kind of fault', () => {
  const plans = [...usualPlans, ...pastFailures]
  expect(new Set(plans.map(({ seed }) => seed)).size).toBe(plans.length)
  expect(plans.length).toBeGreaterThanOrEqual(20)
  expect(plans.filter(({ topology }) => topology === 'cluster').length).toBeLessThanOrEqual(4)
  expect([...kindsIn(plans)].toSorted()).toEqual([
    'cut-link',
    'cut-off-master',
    'drop-relay',
    'hand-over',
    'kill-master',
    'kill-node',
    'kill-redis',
    'kill-replica',
    'pause-master',
    'pause-node',
    'refuse-link',
    'slow-link',
    'swallow-answers',
    'swallow-requests',
  ])
})

import { describe, expect, test } from 'vitest'
import { describeOutcome, runChaos } from './run-chaos.ts'
import { pastFailures, usualPlans } from './seeds.ts'
import type { Plan } from './schedule.ts'

async function holds(plan: Plan): Promise<void> {
  const outcome = await runChaos(plan)
  console.log(describeOutcome(plan, outcome))
  expect(outcome.violations).toEqual([])
  // A run in which nothing was saved, or nothing was compared, would have shown nothing.
  expect(outcome.counts['edits told saved']).toBeGreaterThan(0)
  expect(outcome.counts['comparisons of a saved edit']).toBeGreaterThan(0)
}

// Two at a time: a run waits more than it works.
describe.concurrent('nothing that was told saved is lost, and all replicas agree', { timeout: 120_000 }, () => {
  test.each(usualPlans)('L1, R1, R2, X1, X2, X3: seed $seed, $durability, $topology', holds)
  test.each(pastFailures)('L1, R1, R2, X1, X2, X3: seed $seed, $durability, $topology, in which $wasWrong', holds)
})

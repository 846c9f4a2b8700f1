/** What Weft has set itself, as ratios to the best peer of the same run, and whether a run reaches it. */
import type { Spread, WorkloadResults } from '../run.ts'
import { amount } from '../tables.ts'

/** A bound on one number of one case. */
export interface Goal {
  readonly workload: string
  readonly case: string
  readonly metric: string
  /** Which of Weft's stores it is about. */
  readonly system: 'weft-memory' | 'weft-sqlite' | 'weft-redis'
  /** Against the best of these, `times` as much; or a fixed bound, where nobody is compared with. */
  readonly bound:
    | { readonly kind: 'at most'; readonly times: number; readonly of: readonly string[] }
    | { readonly kind: 'at least'; readonly times: number; readonly of: readonly string[] }
    | { readonly kind: 'below'; readonly value: number; readonly unit: string }
    | { readonly kind: 'above'; readonly value: number; readonly unit: string }
}

const keepsNothing = ['hocuspocus', 'y-websocket-server', 'bare-relay']
const keepsDocuments = ['hocuspocus-sqlite', 'y-websocket-server-leveldb']
const holdsDocuments = ['hocuspocus', 'y-websocket-server', ...keepsDocuments]
const cpu = 'server CPU per delivered update'

/** All of them. */
export const goals: readonly Goal[] = [
  most('W1', '1,000 observers', cpu, 'weft-memory', 0.25, keepsNothing),
  below('W1', '1,000 observers', 'latency p99', 'weft-memory', 55, 'ms'),
  most('W1', '50 observers', cpu, 'weft-memory', 0.8, keepsNothing),
  below('W1', '50 observers', 'latency p99', 'weft-memory', 15, 'ms'),
  least('W1', '200 observers, saturated', 'deliveries per CPU second', 'weft-memory', 1.8, keepsNothing),
  least('W1', '1,000 observers, saturated', 'deliveries per CPU second', 'weft-memory', 1.8, keepsNothing),
  most('W2', '200 documents × 4 people', 'server CPU per update', 'weft-sqlite', 0.65, keepsDocuments),
  most('W2', '200 documents × 4 people', 'server CPU per update', 'weft-sqlite', 1, keepsNothing),
  below('W2', '200 documents × 4 people', 'latency p99', 'weft-sqlite', 10, 'ms'),
  most('W3', '500 people', 'server CPU per state delivered', 'weft-memory', 0.25, keepsNothing),
  below('W3', '500 people', 'edits p99', 'weft-memory', 35, 'ms'),
  most('W4', '20 MB, first join after a restart', 'joined p50', 'weft-sqlite', 0.25, keepsDocuments),
  below('W4', '20 MB, first join after a restart', 'first bytes', 'weft-sqlite', 100, 'ms'),
  most('W4', '20 MB, 50 joining at once', 'joined p99', 'weft-sqlite', 0.4, holdsDocuments),
  most('W4', '20 MB, 50 joining at once', 'server CPU', 'weft-sqlite', 0.4, holdsDocuments),
  most('W5', '5,000 connections to one document', 'resident memory per connection', 'weft-memory', 1, ['bare-relay']),
  most(
    'W5',
    '2,000 documents with one connection each',
    'resident memory per connection',
    'weft-memory',
    0.75,
    holdsDocuments,
  ),
  above('W6', '500 documents', 'saved updates', 'weft-sqlite', 30_000, '/s'),
  above('W6', '500 documents', 'saved updates', 'weft-redis', 50_000, '/s'),
  below('W6', '500 documents', 'saved p99 at half the goal', 'weft-sqlite', 15, 'ms'),
  below('W6', '500 documents', 'saved p99 at half the goal', 'weft-redis', 15, 'ms'),
]

/** A row of the page's table: what was aimed at, what came of it. */
export function goalRow(goal: Goal, results: Readonly<Record<string, WorkloadResults>>): string[] | undefined {
  const systems = results[goal.workload]?.[goal.case]
  const found = spreadOf(systems?.[goal.system], goal.metric)
  if (systems === undefined || found === undefined) return undefined
  const { bound } = goal
  const where = [goal.workload, goal.case, `${goal.metric} (${goal.system})`]
  if (bound.kind === 'below' || bound.kind === 'above') {
    const met = bound.kind === 'below' ? found.median < bound.value : found.median >= bound.value
    return [...where, `${bound.kind} ${amount(bound.value)} ${bound.unit}`, amount(found.median), verdict(met)]
  }
  const peers = bound.of.flatMap((name) => {
    const spread = spreadOf(systems[name], goal.metric)
    return spread === undefined ? [] : [{ name, median: spread.median }]
  })
  peers.sort((a, b) => (bound.kind === 'at most' ? a.median - b.median : b.median - a.median))
  const [best] = peers
  if (best === undefined) return undefined
  const ratio = found.median / best.median
  const met = bound.kind === 'at most' ? ratio <= bound.times : ratio >= bound.times
  return [...where, `${bound.kind} ${bound.times} × ${best.name}`, `${amount(ratio)} ×`, verdict(met)]
}

function verdict(met: boolean): string {
  return met ? 'met' : '**missed**'
}

function spreadOf(row: Record<string, Spread> | string | undefined, metric: string): Spread | undefined {
  return typeof row === 'string' ? undefined : row?.[metric]
}

function most(
  workload: string,
  name: string,
  metric: string,
  system: Goal['system'],
  times: number,
  of: readonly string[],
): Goal {
  return { workload, case: name, metric, system, bound: { kind: 'at most', times, of } }
}

function least(
  workload: string,
  name: string,
  metric: string,
  system: Goal['system'],
  times: number,
  of: readonly string[],
): Goal {
  return { workload, case: name, metric, system, bound: { kind: 'at least', times, of } }
}

function below(
  workload: string,
  name: string,
  metric: string,
  system: Goal['system'],
  value: number,
  unit: string,
): Goal {
  return { workload, case: name, metric, system, bound: { kind: 'below', value, unit } }
}

function above(
  workload: string,
  name: string,
  metric: string,
  system: Goal['system'],
  value: number,
  unit: string,
): Goal {
  return { workload, case: name, metric, system, bound: { kind: 'above', value, unit } }
}

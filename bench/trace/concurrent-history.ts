import type { Trace } from './trace.ts'

/** What a transaction needs before it can be made as the trace has it. */
export interface Step {
  readonly agent: number
  /** The other agent's last transaction among this one's ancestors, where the agent had not seen it before. */
  readonly hears: number | undefined
  /** Whether the other agent once stands exactly here: it must have heard this transaction before the next one is made. */
  readonly heardAlone: boolean
}

/**
 * Works out, from the parents, what each agent has seen when it makes each of its transactions.
 *
 * @throws Error where there are more than two agents, or where an agent's own transactions do not follow each other. With two,
 *   what each hears is a prefix of what the other did, whatever the parents say. Three agents may ask one server for
 *   orders that contradict each other.
 */
export function planConcurrent(trace: Trace): Step[] {
  if (trace.agents > 2) throw new Error(`this trace has ${trace.agents} agents; at most 2 can be replayed exactly`)
  /** For each transaction: the last one of each agent that it has seen, itself included. */
  const seen: (readonly [number, number])[] = []
  const now: [[number, number], [number, number]] = [
    [-1, -1],
    [-1, -1],
  ]
  const hears: (number | undefined)[] = []
  const heardAlone = new Set<number>()
  for (const [index, { agent, parents }] of trace.transactions.entries()) {
    const own = agent === 0 ? 0 : 1
    const other = agent === 0 ? 1 : 0
    const at: [number, number] = [-1, -1]
    for (const parent of parents) {
      const [first, second] = seen[parent] ?? [-1, -1]
      at[0] = Math.max(at[0], first)
      at[1] = Math.max(at[1], second)
    }
    const before = now[own]
    if (at[own] !== before[own] || at[other] < before[other]) {
      throw new Error(`transaction ${index} does not follow from what its agent did before`)
    }
    const news = at[other] > before[other] ? at[other] : undefined
    if (news !== undefined) heardAlone.add(news)
    hears.push(news)
    at[own] = index
    now[own] = at
    seen.push(at)
  }
  return trace.transactions.map(({ agent }, index) => ({
    agent,
    hears: hears[index],
    heardAlone: heardAlone.has(index),
  }))
}

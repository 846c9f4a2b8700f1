/**
 * Traces of our own, so that replays need no file. They have the shape of the public ones: keystrokes that mostly go on where
 * the last one was, some jumps, some deletions, a paste now and then.
 *
 * The end text is computed without any CRDT. The document is paragraphs that each have one owner at a time, who alone edits it, so
 * the result is the paragraphs as their owners left them. Paragraphs change hands only when every agent has seen everything.
 */
import { create, int31, real53, type PRNG } from 'lib0/prng'
import type { Patch, Trace, TraceTransaction } from './trace.ts'

/** What is generated. */
export interface GeneratedTraceOptions {
  readonly kind: Trace['kind']
  readonly seed: number
  /** How many transactions, of one patch each, to make. */
  readonly edits: number
  /** Also writes characters beyond the basic plane, whose positions differ in code points and code units. */
  readonly astral?: boolean
}

const paragraphs = 12
const blank = '\n'.repeat(paragraphs)
const alphabet = 'etaoin shrdlu cmfwyp vbgkjq xz, .'
const astralAlphabet = ['😀', '𝛑', '𐍈', 'ß', '漢']

/** What one agent knows: how many of the transactions it has seen, and how long each paragraph is as far as it knows. */
interface Agent {
  readonly lengths: number[]
  seen: number
  last: number | undefined
  caret: { paragraph: number; offset: number }
}

/** Generates a trace: the same options give the same trace. */
export function generateTrace(options: GeneratedTraceOptions): Trace {
  return new Generator(options).run()
}

class Generator {
  readonly #options: GeneratedTraceOptions
  readonly #random: PRNG
  readonly #agents: Agent[]
  readonly #texts: string[][] = Array.from({ length: paragraphs }, () => [])
  readonly #owners: number[] = []
  readonly #transactions: TraceTransaction[] = []
  /** Beside each transaction: which paragraph it changed and how long that was afterwards. */
  readonly #effects: { agent: number; paragraph: number; length: number }[] = []

  constructor(options: GeneratedTraceOptions) {
    this.#options = options
    this.#random = create(options.seed)
    const agents = options.kind === 'sequential' ? 1 : 2
    this.#agents = Array.from({ length: agents }, () => ({
      lengths: Array.from({ length: paragraphs }, () => 0),
      seen: 0,
      last: undefined,
      caret: { paragraph: 0, offset: 0 },
    }))
    this.#deal()
    if (options.kind === 'concurrent') this.#begin()
  }

  run(): Trace {
    let writer = 0
    while (this.#transactions.length < this.#options.edits) {
      if (this.#chance(0.15)) writer = int31(this.#random, 0, this.#agents.length - 1)
      if (this.#chance(0.004)) this.#meet()
      this.#edit(writer)
    }
    return {
      kind: this.#options.kind,
      agents: this.#agents.length,
      startContent: this.#options.kind === 'sequential' ? blank : '',
      endContent: this.#texts.map((text) => `${text.join('')}\n`).join(''),
      transactions: this.#transactions,
    }
  }

  /** A concurrent trace starts from nothing: its first transaction makes the paragraphs, and everyone has seen it. */
  #begin(): void {
    this.#transactions.push({ agent: 0, parents: [], patches: [[0, 0, blank]] })
    this.#effects.push({ agent: 0, paragraph: 0, length: 0 })
    for (const agent of this.#agents) {
      agent.seen = 1
      agent.last = 0
    }
  }

  #edit(index: number): void {
    const agent = this.#agent(index)
    const parents = agent.last === undefined ? [] : [agent.last]
    // Mostly one sees what others did some time ago, as with a slow link.
    if (this.#chance(0.2)) {
      const learned = this.#learn(index, int31(this.#random, agent.seen, this.#transactions.length))
      if (learned !== undefined) parents.push(learned)
    }
    const patch = this.#patch(index)
    agent.last = this.#transactions.length
    this.#transactions.push({ agent: index, parents, patches: [patch] })
  }

  /** Shows an agent the transactions before a number. Returns the last one of another agent that it had not seen. */
  #learn(index: number, until: number): number | undefined {
    const agent = this.#agent(index)
    let learned: number | undefined
    for (let seen = agent.seen; seen < until; seen++) {
      const effect = this.#effects[seen]
      if (effect === undefined || effect.agent === index) continue
      agent.lengths[effect.paragraph] = effect.length
      learned = seen
    }
    agent.seen = Math.max(agent.seen, until)
    return learned
  }

  /** Every agent sees everything, says so with an edit, and the paragraphs are dealt anew. */
  #meet(): void {
    for (let round = 0; round < 2; round++) {
      for (const index of this.#agents.keys()) {
        const agent = this.#agent(index)
        const learned = this.#learn(index, this.#transactions.length)
        const parents = [agent.last, learned].filter((parent) => parent !== undefined)
        const patch = this.#patch(index)
        agent.last = this.#transactions.length
        this.#transactions.push({ agent: index, parents, patches: [patch] })
      }
    }
    // The first agent has not seen what the last one did in the second round: nothing of it may change hands.
    const late = this.#transactions.length - 1
    const lateParagraph = this.#effects[late]?.paragraph
    const keep =
      lateParagraph === undefined ? undefined : { paragraph: lateParagraph, owner: this.#owners[lateParagraph] }
    this.#deal()
    if (keep?.owner !== undefined) this.#owners[keep.paragraph] = keep.owner
    for (const index of this.#agents.keys()) this.#jump(index)
  }

  #deal(): void {
    const order = Array.from({ length: paragraphs }, (_, paragraph) => ({ paragraph, key: real53(this.#random) }))
    order.sort((a, b) => a.key - b.key)
    for (const [place, { paragraph }] of order.entries()) this.#owners[paragraph] = place % this.#agents.length
  }

  #patch(index: number): Patch {
    const agent = this.#agent(index)
    if (this.#chance(0.03) || this.#owners[agent.caret.paragraph] !== index) this.#jump(index)
    const { caret } = agent
    const text = this.#texts[caret.paragraph] ?? []
    const deleted = caret.offset > 0 && this.#chance(0.15) ? int31(this.#random, 1, Math.min(caret.offset, 3)) : 0
    caret.offset -= deleted
    // A deletion replaces sometimes; an edit that deletes nothing always inserts.
    const inserted = deleted > 0 && this.#chance(0.8) ? [] : this.#words()
    const position = this.#start(agent, caret.paragraph) + caret.offset
    text.splice(caret.offset, deleted, ...inserted)
    caret.offset += inserted.length
    agent.lengths[caret.paragraph] = text.length
    this.#effects.push({ agent: index, paragraph: caret.paragraph, length: text.length })
    return [position, deleted, inserted.join('')]
  }

  #start(agent: Agent, paragraph: number): number {
    return agent.lengths.slice(0, paragraph).reduce((sum, length) => sum + length + 1, 0)
  }

  #jump(index: number): void {
    const own = this.#owners.flatMap((owner, paragraph) => (owner === index ? [paragraph] : []))
    const paragraph = own[int31(this.#random, 0, own.length - 1)] ?? 0
    const offset = int31(this.#random, 0, this.#texts[paragraph]?.length ?? 0)
    this.#agent(index).caret = { paragraph, offset }
  }

  #words(): string[] {
    const length = this.#chance(0.01) ? int31(this.#random, 5, 60) : 1
    return Array.from({ length }, () => this.#character())
  }

  #character(): string {
    const letters = this.#options.astral === true && this.#chance(0.1) ? astralAlphabet : alphabet
    return letters[int31(this.#random, 0, letters.length - 1)] ?? ' '
  }

  #agent(index: number): Agent {
    const agent = this.#agents[index]
    if (agent === undefined) throw new RangeError(`no agent ${index}`)
    return agent
  }

  #chance(probability: number): boolean {
    return real53(this.#random) < probability
  }
}

import { type NodeChannel, type NodeRecord, type NodeRegistry, StoreUnavailableError } from '@weft/persistence'
import type { Log } from '../observability/log.ts'
import type { Surroundings } from '../room/surroundings.ts'
import { type NodeMessage, type Question, readMessage } from './question.ts'

/** How long an answer is waited for by whoever wants all of them, in milliseconds. */
const patience = 1_000

/** How long the list of nodes may be old for questions that are asked all the time, in milliseconds. */
const listAge = 1_000

/** Before a channel that could not be listened to is tried once more, in milliseconds. */
const retryDelay = 1_000

/** What nodes are asked with. */
export interface AllNodesParts {
  /** The name of this one. */
  readonly node: string
  /** What this one says of itself. */
  readonly describe: () => NodeRecord
  readonly surroundings: Pick<Surroundings, 'now' | 'timer' | 'randomId'>
  readonly log: Log
}

/** How a question is asked. */
export interface AskOptions {
  /** How long answers are waited for, in milliseconds; a second by default. */
  readonly patience?: number
  /**
   * Whether it is asked all the time, by requests that would rather have a part now: a node that left the last question
   * unanswered is not waited for until something is heard of it, and the list of nodes may be a second old.
   */
  readonly casual?: boolean
}

/** What the nodes answered. */
export interface Answers<Answer> {
  readonly answers: readonly { readonly node: string; readonly answer: Answer }[]
  /** The names of those that did not, in time or at all. */
  readonly unanswered: readonly string[]
}

/** A question that was sent, and whoever still owes an answer. */
interface Pending {
  readonly owing: Set<string>
  readonly take: (node: string, body: unknown) => void
  readonly done: () => void
}

/** All nodes that share a store, this one included: who they are, and what each of them answers for itself. */
export class AllNodes {
  readonly #parts: AllNodesParts
  readonly #answering = new Map<string, (body: unknown) => Promise<unknown>>()
  readonly #pending = new Map<string, Pending>()
  /** Those that left a question unanswered, and of which nothing was heard since. */
  readonly #silent = new Set<string>()
  #nodes: NodeRegistry | undefined
  #channel: NodeChannel | undefined
  #listed: { readonly at: number; readonly nodes: readonly NodeRecord[] } | undefined
  #cancelRetry = (): void => {}
  #stopListening = (): void => {}
  #closed = false

  constructor(parts: AllNodesParts) {
    this.#parts = parts
  }

  /** How this node answers a question, its own included. */
  answer<Asked, Answer>(question: Question<Asked, Answer>, answer: (asked: Asked) => Answer | Promise<Answer>): void {
    this.#answering.set(question.name, async (body) => await answer(question.asked.parse(body)))
  }

  /** The store is there. Resolves when others can ask this node, or when that has to be tried again later. Never rejects. */
  async begin({ nodes, channel }: { nodes?: NodeRegistry; channel?: NodeChannel }): Promise<void> {
    this.#nodes = nodes
    this.#channel = channel
    if (channel !== undefined) await this.#listen(channel)
  }

  close(): void {
    this.#closed = true
    this.#cancelRetry()
    this.#stopListening()
    for (const { done } of this.#pending.values()) done()
  }

  /** Those that are up, by their names: this one alone where the store is nobody else's. @throws StoreUnavailableError */
  async list(): Promise<readonly NodeRecord[]> {
    if (this.#nodes === undefined) return [this.#parts.describe()]
    const nodes = await this.#nodes.list()
    this.#listed = { at: this.#parts.surroundings.now(), nodes }
    const names = new Set(nodes.map(({ id }) => id))
    for (const node of this.#silent) if (!names.has(node)) this.#silent.delete(node)
    return nodes
  }

  /**
   * Asks this node and the others. One that does not answer in time is named, and its late answer is of no use.
   *
   * @throws StoreUnavailableError where the others are not known
   */
  async ask<Asked, Answer>(
    question: Question<Asked, Answer>,
    asked: Asked,
    { patience: wait = patience, casual = false }: AskOptions = {},
  ): Promise<Answers<Answer>> {
    const answers: { node: string; answer: Answer }[] = []
    const take = (node: string, body: unknown): boolean => {
      const { success, data } = question.answer.safeParse(body)
      if (success) answers.push({ node, answer: data })
      return success
    }
    const deadline = this.#deadline(wait)
    try {
      const own = this.#answering.get(question.name)
      if (own !== undefined) take(this.#parts.node, await own(asked))
      const others = (await within(deadline.passed, this.#others(casual))).filter(
        ({ role }) => question.of === 'all' || role !== 'edge',
      )
      const unanswered = await this.#askOthers(question.name, asked, others, { take, casual, deadline })
      return { answers: answers.toSorted((a, b) => (a.node < b.node ? -1 : 1)), unanswered }
    } finally {
      deadline.cancel()
    }
  }

  async #askOthers(
    name: string,
    asked: unknown,
    others: readonly NodeRecord[],
    { take, casual, deadline }: { take: (node: string, body: unknown) => boolean; casual: boolean; deadline: Deadline },
  ): Promise<string[]> {
    const channel = this.#channel
    if (channel === undefined || others.length === 0) return []
    const id = this.#parts.surroundings.randomId()
    const message: NodeMessage = { ask: name, id, body: asked }
    const text = JSON.stringify(message)
    const unanswered = new Set<string>()
    const owing = new Set(others.map((other) => other.id))
    const all = Promise.withResolvers<void>()
    const settle = (node: string, answered: boolean): void => {
      if (!owing.delete(node)) return
      if (!answered) unanswered.add(node)
      if (owing.size === 0) all.resolve()
    }
    this.#pending.set(id, {
      owing,
      take: (node, body) => settle(node, owing.has(node) && take(node, body)),
      done: all.resolve,
    })
    for (const node of owing) {
      channel.send(node, text).then(
        (heard) => void (heard || settle(node, false)),
        () => settle(node, false),
      )
      // It is asked all the same: its answer tells that it is back.
      if (casual && this.#silent.has(node)) settle(node, false)
    }
    await Promise.race([all.promise, deadline.passed])
    this.#pending.delete(id)
    for (const node of owing) {
      this.#fellSilent(node)
      unanswered.add(node)
    }
    return [...unanswered].toSorted()
  }

  async #others(casual: boolean): Promise<NodeRecord[]> {
    const { node, surroundings } = this.#parts
    const listed = this.#listed
    const recent = casual && listed !== undefined && surroundings.now() - listed.at < listAge
    return (recent ? listed.nodes : await this.list()).filter(({ id }) => id !== node)
  }

  #deadline(wait: number): Deadline {
    const passed = Promise.withResolvers<void>()
    return { passed: passed.promise, cancel: this.#parts.surroundings.timer(wait, passed.resolve) }
  }

  async #listen(channel: NodeChannel): Promise<void> {
    try {
      const listening = await channel.listen((text, from) => this.#hear(text, from))
      if (this.#closed) listening.close()
      else this.#stopListening = (): void => listening.close()
    } catch (error) {
      if (this.#closed) return
      this.#parts.log.warn('node-not-listening', { error })
      this.#cancelRetry = this.#parts.surroundings.timer(retryDelay, () => void this.#listen(channel))
    }
  }

  #hear(text: string, from: string): void {
    const message = readMessage(text)
    if (message === undefined) return
    if (this.#silent.delete(from)) this.#parts.log.info('node-answers', { other: from })
    if ('answer' in message) this.#pending.get(message.answer)?.take(from, message.body)
    else void this.#reply(message.ask, message.id, message.body, from)
  }

  async #reply(name: string, id: string, asked: unknown, to: string): Promise<void> {
    let answer: NodeMessage = { answer: id }
    try {
      answer = { answer: id, body: await this.#answering.get(name)?.(asked) }
    } catch (error) {
      this.#parts.log.error('node-question-failed', { question: name, other: to, error })
    }
    // Whoever asked names this node as one that did not answer.
    await this.#channel?.send(to, JSON.stringify(answer)).catch(() => {})
  }

  #fellSilent(node: string): void {
    if (this.#silent.has(node) || this.#closed) return
    this.#silent.add(node)
    this.#parts.log.warn('node-silent', { other: node })
  }
}

/** An end of waiting. */
interface Deadline {
  readonly passed: Promise<void>
  readonly cancel: () => void
}

/** What is there before a deadline. @throws StoreUnavailableError where it is not */
async function within<T>(passed: Promise<void>, wanted: Promise<T>): Promise<T> {
  return await Promise.race([
    wanted,
    passed.then(() => {
      throw new StoreUnavailableError('the store has not said in time which nodes there are: try again later')
    }),
  ])
}

import type { DocumentLog, Place } from '@weft/persistence'
import type { Verification } from '@weft/protocol/http'
import type { ContentThread } from '../content/content-thread.ts'
import type { AllNodes, Answers } from '../nodes/all-nodes.ts'
import { type ReplicaOfNode, replicaQuestion } from '../nodes/questions.ts'
import type { Surroundings } from '../room/surroundings.ts'
import { type Judgement, judgeReplica } from './judge-replica.ts'
import { replayLog } from './replayed-log.ts'

/** How long nodes may take, in milliseconds: replaying the largest document takes one some seconds. */
const patience = 15_000

/**
 * Before what does not agree is looked at again, in milliseconds: it may be edited at the moment, and a node that missed what
 * another one appended finds that out by itself within ten seconds.
 */
const pauses: readonly number[] = [250, 2_000, 10_000]

/** What documents are verified with. */
export interface DocumentVerificationParts {
  readonly nodes: Pick<AllNodes, 'ask'>
  /** @throws StoreUnavailableError where there is no store yet */
  readonly log: () => Pick<DocumentLog, 'heads' | 'load'>
  readonly thread: Pick<ContentThread, 'run'>
  readonly surroundings: Pick<Surroundings, 'timer'>
}

/** Compares what is kept of documents with what nodes hold of them. It changes nothing. */
export class DocumentVerification {
  readonly #parts: DocumentVerificationParts

  constructor(parts: DocumentVerificationParts) {
    this.#parts = parts
  }

  /**
   * Has all nodes save what they hold of a document and say what that is, replays the log, and compares. What differs is looked
   * at again before it is called drift.
   *
   * @throws StoreError where there is no such document, or the store is away; ContentError
   */
  async verify(document: string): Promise<Verification> {
    let found = await this.#compare(document)
    for (const pause of pauses) {
      if (found.log.detail !== null || found.replicas.every(({ outcome }) => outcome === 'agrees')) break
      await new Promise<void>((resolve) => this.#parts.surroundings.timer(pause, resolve))
      found = await this.#compare(document)
    }
    return found
  }

  async #compare(document: string): Promise<Verification> {
    const { nodes, log, thread } = this.#parts
    const before = await this.#head(document)
    const { answers, unanswered } = await nodes.ask(replicaQuestion, document, { patience })
    const open = replicasIn(answers)
    const positions = open.map(({ replica }) => replica.place.position)
    const replay = await replayLog(document, positions, log(), thread)
    const replicas = open.map(({ node, replica }) => ({ node, ...judgeReplica(replica, before, replay) }))
    return {
      document,
      outcome: outcomeOf(replay.log, replay.checkpoint, replicas),
      log: replay.log,
      checkpoint: replay.checkpoint,
      replicas,
      complete: unanswered.length === 0,
      unanswered,
    }
  }

  async #head(document: string): Promise<Place> {
    const log = this.#parts.log()
    const [head] = await log.heads([document])
    return head ?? (await log.load(document)).head
  }
}

function replicasIn(
  answers: Answers<ReplicaOfNode | null>['answers'],
): { readonly node: string; readonly replica: ReplicaOfNode }[] {
  return answers.flatMap(({ node, answer }) => (answer === null ? [] : [{ node, replica: answer }]))
}

function outcomeOf(
  log: Verification['log'],
  checkpoint: Verification['checkpoint'],
  replicas: readonly Judgement[],
): Verification['outcome'] {
  if (log.detail !== null) return 'unreadable'
  const drifted = checkpoint?.outcome === 'differs' || replicas.some(({ outcome }) => outcome === 'differs')
  return drifted ? 'drift' : 'agrees'
}

import type { AppendReceipt } from '../document-log.ts'
import { StoreUnavailableError } from '../errors.ts'
import { refusalError } from './refusal-error.ts'
import type { CollectionItem } from '../collections.ts'
import type { StoredRevocation } from './stored-revocations.ts'
import type { FedChanges, JobAnswer, JobOutcome, WriteJob } from './write-jobs.ts'
import type { WriteThread } from './write-thread.ts'

type Bytes = readonly Uint8Array[]

/**
 * Has the write thread do jobs, and makes errors of its refusals. Each method resolves once what the job did is durable,
 * and throws what the job's document or the store refuses it with. `parts` are the job's byte strings.
 */
export class Performer {
  readonly #thread: WriteThread

  constructor(thread: WriteThread) {
    this.#thread = thread
  }

  /** A job that answers nothing. `document` is the one it concerns, for an error's text. */
  perform(job: WriteJob, document: string, parts: Bytes = []): Promise<void> {
    return this.#thread.run(job, parts, (outcome) => {
      answerOf(outcome, document)
    })
  }

  /** A job that answers yes or no. */
  decide(job: WriteJob, document: string, parts: Bytes = []): Promise<boolean> {
    return this.#thread.run(job, parts, (outcome) => {
      const answer = answerOf(outcome, document)
      if (typeof answer !== 'boolean') throw strange(job)
      return answer
    })
  }

  append(job: Extract<WriteJob, { type: 'append' }>, parts: Bytes): Promise<AppendReceipt> {
    return this.#thread.run(job, parts, (outcome) => {
      const answer = answerOf(outcome, job.document)
      if (typeof answer !== 'object' || !('epoch' in answer)) throw strange(job)
      return answer
    })
  }

  revocations(job: Extract<WriteJob, { type: 'revocations' }>): Promise<readonly StoredRevocation[]> {
    return this.#thread.run(job, [], (outcome) => {
      const answer = answerOf(outcome)
      if (typeof answer !== 'object' || !('revocations' in answer)) throw strange(job)
      return answer.revocations
    })
  }

  changes(job: Extract<WriteJob, { type: 'read-changes' }>): Promise<FedChanges> {
    return this.#thread.run(job, [], (outcome) => {
      const answer = answerOf(outcome)
      if (typeof answer !== 'object' || !('changes' in answer)) throw strange(job)
      return answer.changes
    })
  }

  collectionItems(job: Extract<WriteJob, { type: 'list-collection' }>): Promise<readonly CollectionItem[]> {
    return this.#thread.run(job, [], (outcome) => {
      const answer = answerOf(outcome)
      if (typeof answer !== 'object' || !('items' in answer)) throw strange(job)
      return answer.items
    })
  }
}

/** @throws StoreError where the job was refused */
function answerOf(outcome: JobOutcome, document = ''): JobAnswer {
  if ('refusal' in outcome) throw refusalError(document, outcome.refusal)
  return outcome.answer
}

function strange({ type }: WriteJob): StoreUnavailableError {
  return new StoreUnavailableError(`the thread that writes the store gave a strange answer to ${type}`)
}

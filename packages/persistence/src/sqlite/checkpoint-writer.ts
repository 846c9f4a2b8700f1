import { randomInt } from 'node:crypto'
import { encodeCheckpointHeader, encodeChunk } from '../checkpoint-codec.ts'
import type { Checkpoint } from '../document-log.ts'
import type { Formats } from '../formats.ts'
import type { Performer } from './performer.ts'
import type { CheckpointAttempt } from './write-jobs.ts'

/**
 * The steps of a checkpoint after which a crash finds something different on the disk. `sweeping`: some of what it
 * replaced is gone; `swept`: all of it, and whatever else was left over.
 */
export type CheckpointStep = 'begun' | 'chunks-written' | 'flipped' | 'sweeping' | 'swept'

/**
 * What goes into one transaction at most, in bytes: appends that come meanwhile wait for it. A checkpoint that is smaller
 * is one transaction altogether.
 */
const stepBytes = 1024 * 1024

/**
 * Writes checkpoints: a small one at once, a large one in several transactions with commits between them, under a
 * generation that counts only when the last of them is durable (L4, L7).
 */
export class CheckpointWriter {
  readonly #performer: Performer
  readonly #formats: Formats
  readonly #onStep: (step: CheckpointStep) => void
  #sweeping = false
  #sweepAgain = false

  constructor(performer: Performer, formats: Formats, onStep: (step: CheckpointStep) => void) {
    this.#performer = performer
    this.#formats = formats
    this.#onStep = onStep
  }

  /** @throws CorruptRecordError, StoreUnavailableError */
  async write(document: string, checkpoint: Checkpoint, replaces: string | undefined): Promise<boolean> {
    const { place, stateVector, chunks, outline } = checkpoint
    const { epoch, position, tip } = place
    const generation = randomInt(1, 2 ** 47)
    const attempt: CheckpointAttempt = { document, epoch, position, tip, replaces, generation }
    const header = encodeCheckpointHeader({ place, stateVector, chunks: chunks.length }, this.#formats)
    const last = outline === undefined ? [header] : [header, await encodeChunk(outline, this.#formats)]
    const replaced = isSmall(chunks)
      ? await this.#writeAtOnce(attempt, chunks, last)
      : await this.#writeInSteps(attempt, chunks, last)
    if (replaced) this.#onStep('flipped')
    this.sweep()
    return replaced
  }

  /** Begins to take away what nothing refers to any more. It goes on between the commits until nothing is left. */
  sweep(): void {
    this.#sweepAgain = true
    if (this.#sweeping) return
    this.#sweeping = true
    // Where the store fails, what is left is swept after the next checkpoint, or when the store is opened again.
    void this.#sweepAll()
      .catch(() => {})
      .finally(() => (this.#sweeping = false))
  }

  async #sweepAll(): Promise<void> {
    while (this.#sweepAgain) {
      this.#sweepAgain = false
      while (await this.#performer.decide({ type: 'sweep' }, '')) this.#onStep('sweeping')
    }
    this.#onStep('swept')
  }

  async #writeAtOnce(
    attempt: CheckpointAttempt,
    chunks: readonly Uint8Array[],
    last: readonly Uint8Array[],
  ): Promise<boolean> {
    const records = await Promise.all(chunks.map((chunk) => encodeChunk(chunk, this.#formats)))
    // Queued in one turn, so they are one transaction. Where the first is refused the others do nothing.
    const [, , replaced] = await Promise.all([
      this.#begin(attempt),
      this.#writeChunks(attempt, 0, records),
      this.#finish(attempt, last),
    ])
    return replaced
  }

  async #writeInSteps(
    attempt: CheckpointAttempt,
    chunks: readonly Uint8Array[],
    last: readonly Uint8Array[],
  ): Promise<boolean> {
    if (!(await this.#begin(attempt))) return false
    this.#onStep('begun')
    try {
      let records: Uint8Array[] = []
      let bytes = 0
      let first = 0
      for (const [index, chunk] of chunks.entries()) {
        const record = await encodeChunk(chunk, this.#formats)
        records.push(record)
        bytes += record.byteLength
        if (bytes < stepBytes && index + 1 < chunks.length) continue
        await this.#writeChunks(attempt, first, records)
        this.#onStep('chunks-written')
        first = index + 1
        records = []
        bytes = 0
      }
      return await this.#finish(attempt, last)
    } catch (error) {
      await this.#performer.perform({ type: 'abandon-checkpoint', attempt }, attempt.document).catch(() => {})
      throw error
    }
  }

  #begin(attempt: CheckpointAttempt): Promise<boolean> {
    return this.#performer.decide({ type: 'begin-checkpoint', attempt }, attempt.document)
  }

  #writeChunks(attempt: CheckpointAttempt, first: number, records: readonly Uint8Array[]): Promise<void> {
    const lengths = records.map(({ byteLength }) => byteLength)
    return this.#performer.perform({ type: 'write-chunks', attempt, first, lengths }, attempt.document, records)
  }

  #finish(attempt: CheckpointAttempt, records: readonly Uint8Array[]): Promise<boolean> {
    const lengths = records.map(({ byteLength }) => byteLength)
    return this.#performer.decide({ type: 'finish-checkpoint', attempt, lengths }, attempt.document, records)
  }
}

function isSmall(chunks: readonly Uint8Array[]): boolean {
  return chunks.reduce((sum, { byteLength }) => sum + byteLength, 0) <= stepBytes
}

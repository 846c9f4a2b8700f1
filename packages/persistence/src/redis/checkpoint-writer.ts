import { encodeCheckpointHeader, encodeChunk } from '../checkpoint-codec.ts'
import type { Checkpoint } from '../document-log.ts'
import { StoreUnavailableError } from '../errors.ts'
import { randomId } from '../random-id.ts'
import { fitsSlice, headerField, outlineField, type Slice, sliceChunk } from './checkpoint-slices.ts'
import type { DocumentAccess, FoundHead } from './document-access.ts'
import { formatArguments } from './scripts/format-check.ts'
import { replaceCheckpointScript, trimScript, writeChunkScript } from './scripts/checkpoint.ts'

/** The steps of a checkpoint after which a crash leaves something different behind. */
export type CheckpointStep = 'begun' | 'chunks-written' | 'flipped' | 'trimming' | 'trimmed'

/** A generation that was not put in place is gone after this time, in milliseconds. */
const abandonedAfter = 10 * 60_000
/** How long a generation that was replaced stays for those who are reading it, in milliseconds. */
const replacedAfter = 30_000
/** A node that has not appended for so long will not repeat its last token. In milliseconds. */
const tokensKept = 60 * 60_000
/** Entries that one command takes away. */
const entriesPerTrim = 500
/** Slices of at most 256 KiB that are on their way at once. */
const slicesInFlight = 2

/** Writes checkpoints: beside the old one, under a generation that counts only once the head names it (L4, L7). */
export class CheckpointWriter {
  readonly #access: DocumentAccess
  readonly #now: () => number
  readonly #onStep: (step: CheckpointStep) => void

  constructor(access: DocumentAccess, now: () => number, onStep: (step: CheckpointStep) => void) {
    this.#access = access
    this.#now = now
    this.#onStep = onStep
  }

  /** @throws CorruptRecordError, StoreUnavailableError */
  async write(document: string, checkpoint: Checkpoint, replaces: string | undefined): Promise<boolean> {
    const head = await this.#access.findHead(document)
    if (!mayReplace(head, checkpoint, replaces)) return false
    this.#onStep('begun')
    const generation = randomId()
    const { fields, bytes } = await this.#writeParts(document, generation, checkpoint)
    this.#onStep('chunks-written')
    const replaced = head.checkpoint?.generation
    const keys = this.#access.keys(document)
    const { epoch, position, tip } = checkpoint.place
    const reply = await this.#access.run(
      document,
      replaceCheckpointScript,
      [
        keys.head,
        keys.log,
        keys.checkpoint(generation),
        ...(replaced === undefined ? [] : [keys.checkpoint(replaced)]),
      ],
      [
        epoch,
        position,
        tip,
        replaces ?? '',
        generation,
        fields,
        bytes,
        replaced ?? '',
        replacedAfter,
        this.#now() - tokensKept,
        ...formatArguments(this.#access.formats),
      ],
    )
    if (reply !== 1) {
      await this.#access.call(document, keys.checkpoint(generation), 'UNLINK', [])
      return false
    }
    this.#onStep('flipped')
    // What is covered is ignored by whoever reads, so that it may as well be taken away by the next checkpoint.
    await this.#trim(document).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailableError)) throw error
    })
    return true
  }

  async #writeParts(
    document: string,
    generation: string,
    { place, stateVector, chunks, outline }: Checkpoint,
  ): Promise<{ fields: number; bytes: number }> {
    const { formats } = this.#access
    const key = this.#access.keys(document).checkpoint(generation)
    const header = encodeCheckpointHeader({ place, stateVector, chunks: chunks.length }, formats)
    let [fields, bytes] = [0, 0]
    const inFlight = new Set<Promise<unknown>>()
    const write = async ([field, value]: Slice): Promise<void> => {
      fields++
      bytes += value.byteLength
      while (inFlight.size >= slicesInFlight) await Promise.race(inFlight)
      const written = this.#access.run(document, writeChunkScript, [key], [abandonedAfter, field, value])
      inFlight.add(written)
      // Its failure is seen by whoever waits for all of them.
      void written.then(() => inFlight.delete(written)).catch(() => {})
    }
    await write([headerField, header])
    const outlined = outline && (await encodeChunk(outline, formats))
    if (outlined !== undefined && fitsSlice(outlined)) await write([outlineField, outlined])
    for (const [number, chunk] of chunks.entries()) {
      for (const slice of sliceChunk(number, await encodeChunk(chunk, formats))) await write(slice)
    }
    await Promise.all(inFlight)
    return { fields, bytes }
  }

  async #trim(document: string): Promise<void> {
    const { head, log } = this.#access.keys(document)
    while ((await this.#access.run(document, trimScript, [head, log], [entriesPerTrim])) === 1) this.#onStep('trimming')
    this.#onStep('trimmed')
  }
}

/** What can be known before anything is written. The script that puts the checkpoint in place decides. */
function mayReplace(
  head: FoundHead | undefined,
  { place }: Checkpoint,
  replaces: string | undefined,
): head is Extract<FoundHead, { deleted: false }> {
  if (head === undefined || head.deleted || head.place.epoch !== place.epoch) return false
  return head.checkpoint?.tip === replaces && place.position >= 1 && place.position <= head.place.position
}

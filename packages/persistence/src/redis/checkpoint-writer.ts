import { encodeCheckpointHeader, encodeChunk } from '../checkpoint-codec.ts'
import type { Checkpoint } from '../document-log.ts'
import { randomId } from '../random-id.ts'
import { chunkScript, flipScript, trimScript } from './checkpoint-scripts.ts'
import { checkpointKey, keysOf } from './keys.ts'
import type { RedisConnection } from './redis-connection.ts'
import { listIn, textIn } from './replies.ts'

/** A generation that was not finished is gone after so many seconds: whoever wrote it died. */
const unfinishedSeconds = 3_600
/** Entries that one step of trimming takes away, so that it holds nobody up. */
const trimmedAtOnce = 500

/** Writes checkpoints: chunk by chunk under a generation that counts when all of it is there (L4, L7). */
export class CheckpointWriter {
  readonly #connection: RedisConnection
  readonly #prefix: string

  constructor(connection: RedisConnection, prefix: string) {
    this.#connection = connection
    this.#prefix = prefix
  }

  /** @throws StoreUnavailableError */
  async write(document: string, checkpoint: Checkpoint, replaces: string | undefined): Promise<boolean> {
    const { place, stateVector, chunks } = checkpoint
    const keys = keysOf(this.#prefix, document)
    const [epoch, tip, old] = listIn(await this.#connection.command('HMGET', keys.head, 'epoch', 'cp_tip', 'cp'))
    // The flip decides; this only spares the writing of what it would refuse.
    if (textOr(epoch) !== place.epoch || textOr(tip) !== (replaces ?? '')) return false
    const generation = randomId()
    const key = checkpointKey(this.#prefix, document, generation)
    const header = encodeCheckpointHeader({ place, stateVector, chunks: chunks.length })
    let bytes = header.byteLength
    for (const [number, chunk] of chunks.entries()) {
      const record = await encodeChunk(chunk)
      bytes += record.byteLength
      await this.#write(key, String(number), record)
    }
    await this.#write(key, 'header', header)
    const oldKeys = old === null ? [] : [checkpointKey(this.#prefix, document, textIn(old))]
    // Where its answer is lost it may have been done: then the generation no longer expires, else it will.
    const flipped = await this.#connection.run(
      flipScript,
      [keys.head, keys.log, key, ...oldKeys],
      [place.epoch, place.position, place.tip, replaces ?? '', generation, textOr(old), bytes],
    )
    if (flipped !== 1) {
      await this.#connection.command('UNLINK', key)
      return false
    }
    // What a failure leaves is read over, and trimmed after the next checkpoint.
    await this.#trim(keys.head, keys.log, place.epoch).catch(() => {})
    return true
  }

  async #write(key: string, field: string, record: Buffer): Promise<void> {
    await this.#connection.run(chunkScript, [key], [field, record, unfinishedSeconds])
  }

  async #trim(head: string, log: string, epoch: string): Promise<void> {
    let more: unknown = 1
    while (more === 1) more = await this.#connection.run(trimScript, [head, log], [epoch, trimmedAtOnce])
  }
}

function textOr(reply: unknown): string {
  return reply === null || reply === undefined ? '' : textIn(reply)
}

import type { Context } from 'hono'
import { ProblemError } from '../problem.ts'

/** How many bytes of uploads are in memory at once on this node, at the least: several people may upload at a time. */
const leastBudget = 64 * 1024 * 1024

/**
 * Reads uploads whole, as many at once as there is memory for: a file is named by the hash of its bytes, so that all of them have
 * to be here before it is kept.
 */
export class Uploads {
  readonly #maxBytes: number
  readonly #budget: number
  #taken = 0

  /** @param maxBytes how large one may be */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#budget = Math.max(leastBudget, maxBytes)
  }

  /**
   * Reads a request's body, and keeps it while it is used.
   *
   * @throws ProblemError 413 where it is too large, 503 where too many come at once
   */
  async using<Result>(context: Context, work: (content: Uint8Array) => Promise<Result>): Promise<Result> {
    const declared = context.req.header('content-length')
    const bytes = declared === undefined ? this.#maxBytes : Number(declared)
    if (!(bytes <= this.#maxBytes)) throw this.#tooLarge()
    if (this.#taken + bytes > this.#budget) {
      throw new ProblemError('overloaded', 503, 'too many files are being uploaded at the moment: try again')
    }
    this.#taken += bytes
    try {
      return await work(await this.#read(context))
    } finally {
      this.#taken -= bytes
    }
  }

  async #read({ req }: Context): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    let bytes = 0
    for await (const part of req.raw.body ?? []) {
      bytes += part.byteLength
      if (bytes > this.#maxBytes) throw this.#tooLarge()
      parts.push(part)
    }
    return Buffer.concat(parts)
  }

  #tooLarge(): ProblemError {
    return new ProblemError('message-too-large', 413, `a file has at most ${this.#maxBytes} bytes here`)
  }
}

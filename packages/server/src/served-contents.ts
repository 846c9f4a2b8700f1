import { type DocumentLog, type Place, StoreUnavailableError } from '@weft/persistence'
import { type ContentInput, filesPath } from '@weft/protocol/http'
import type { ContentThread } from './content/content-thread.ts'
import type { Rendering } from './content/render-content.ts'
import type { DocumentContents } from './http/document-content.ts'
import type { LiveDocuments } from './live-documents.ts'
import type { RoomLimits } from './room/limits.ts'
import { WriteRefusedError } from './room/outside-write.ts'
import type { Surroundings } from './room/surroundings.ts'

/** What the contents are read from and written to. */
export interface ServedContentsParts {
  readonly documents: Pick<LiveDocuments, 'state' | 'write'>
  /** @throws StoreUnavailableError where there is no store yet */
  readonly log: () => DocumentLog
  readonly thread: Pick<ContentThread, 'run'>
  readonly limits: Pick<RoomLimits, 'documentBytes'>
  readonly surroundings: Surroundings
}

/** How long a request waits until what it wrote is saved, in milliseconds. */
const saveTime = 30_000

/** The contents of documents, wherever they are: any node answers for any document (E1). */
export class ServedContents implements DocumentContents {
  readonly #parts: ServedContentsParts

  constructor(parts: ServedContentsParts) {
    this.#parts = parts
  }

  async render(document: string, rendering: Rendering): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#parts.thread.run(await this.#state(document), { type: 'render', ...rendering })
  }

  async write(document: string, input: ContentInput, actor: string): Promise<Place> {
    const state = await this.#state(document)
    return await this.#save(document, await this.#parts.thread.run(state, { type: 'write', ...input }), state, actor)
  }

  async update(document: string, update: Uint8Array, actor: string): Promise<Place> {
    const state = await this.#state(document)
    await this.#parts.thread.run(state, { type: 'rehearse', update })
    return await this.#save(document, update, state, actor)
  }

  async draft(input: ContentInput): Promise<Uint8Array> {
    return await this.#parts.thread.run([], { type: 'write', ...input })
  }

  async copy(from: string, to: string, actor: string, bring: () => Promise<readonly string[]>): Promise<Place> {
    // First: what it shows is among the files that are there afterwards.
    const state = await this.#state(from)
    const moved = { from: filesPath(from), to: filesPath(to), files: await bring() }
    // Not rehearsed: what waits in the one waits in the other.
    const whole = await this.#parts.thread.run(state, { type: 'copy', ...moved })
    return await this.#save(to, whole, [], actor)
  }

  /** A room here knows what is not in the log yet, and needs no reading. */
  async #state(document: string): Promise<readonly Uint8Array[]> {
    const live = this.#parts.documents.state(document)
    if (live !== undefined) return live
    const { checkpoint, entries } = await this.#parts.log().load(document)
    return [...(checkpoint?.chunks ?? []), ...entries.map(({ update }) => update)]
  }

  async #save(document: string, update: Uint8Array, state: readonly Uint8Array[], actor: string): Promise<Place> {
    const { surroundings } = this.#parts
    let cancel: () => void = () => {}
    const tooLate = new Promise<never>((_resolve, reject) => {
      const text = 'the store has not taken this for 30 seconds: whether it will be saved is not known'
      cancel = surroundings.timer(saveTime, () => reject(new StoreUnavailableError(text)))
    })
    try {
      return await Promise.race([this.#taken(document, update, state, actor), tooLate])
    } finally {
      cancel()
    }
  }

  async #taken(document: string, update: Uint8Array, state: readonly Uint8Array[], actor: string): Promise<Place> {
    const place = await this.#parts.documents.write(document, update, actor)
    return place ?? (await this.#append(document, update, state, actor))
  }

  /** A node without rooms writes into the log: with it every node that has the document open hears it. */
  async #append(document: string, update: Uint8Array, state: readonly Uint8Array[], actor: string): Promise<Place> {
    const { log, limits, surroundings } = this.#parts
    const bytes = state.reduce((sum, { byteLength }) => sum + byteLength, update.byteLength)
    if (bytes > limits.documentBytes) {
      throw new WriteRefusedError(
        'document-too-large',
        `the document would be larger than ${limits.documentBytes} bytes`,
      )
    }
    const [head] = await log().heads([document])
    const { epoch } = head ?? (await log().load(document)).head
    const entries = [{ update, actor, at: surroundings.now() }]
    const receipt = await log().append(document, { epoch, token: surroundings.randomId(), entries })
    return { epoch: receipt.epoch, position: receipt.last, tip: receipt.tip }
  }
}

import type {
  AppendReceipt,
  AppendRequest,
  Checkpoint,
  DocumentLog,
  Entry,
  LoadedDocument,
  NewEntry,
  Place,
} from '../document-log.ts'
import { EpochMismatchError, TipMovedError } from '../errors.ts'
import { assertAppendable, assertTime } from '../checked-arguments.ts'
import { continuedEpoch } from '../new-epoch.ts'
import { randomId } from '../random-id.ts'
import { type LiveDocument, type MemoryDocuments, headOf, newDocument } from './memory-documents.ts'

/** More than there are nodes in a test, each of which repeats its last append alone. */
const rememberedAppends = 100

/** The log in memory. Each method does its work before it returns, so that calls cannot interleave. */
export class MemoryLog implements DocumentLog {
  readonly #documents: MemoryDocuments

  constructor(documents: MemoryDocuments) {
    this.#documents = documents
  }

  async load(document: string): Promise<LoadedDocument> {
    const live = this.#documents.live(document)
    return { head: headOf(live), checkpoint: live.checkpoint, entries: [...live.entries] }
  }

  async append(document: string, request: AppendRequest): Promise<AppendReceipt> {
    assertAppendable(request)
    const live = this.#documents.live(document)
    const { epoch, token, entries, after } = request
    if (live.epoch !== epoch) throw new EpochMismatchError(document, epoch, live.epoch)
    const before = headOf(live)
    const answered = live.receipts.get(token)
    if (answered !== undefined) return answered
    if (after !== undefined && after !== before.tip) throw new TipMovedError(document, after, before.tip)
    const first = before.position + 1
    for (const [index, entry] of entries.entries()) live.entries.push(keep(entry, first + index))
    live.updated = Math.max(live.updated, ...entries.map(({ at }) => at))
    const { position, tip } = headOf(live)
    const receipt: AppendReceipt = { epoch, first, last: position, previousTip: before.tip, tip }
    remember(live, token, receipt)
    return receipt
  }

  async read(document: string, from: number): Promise<LoadedDocument> {
    const live = this.#documents.live(document)
    if (live.checkpoint !== undefined && from <= live.checkpoint.place.position) return this.load(document)
    return {
      head: headOf(live),
      checkpoint: undefined,
      entries: live.entries.filter(({ position }) => position >= from),
    }
  }

  async replaceCheckpoint(document: string, checkpoint: Checkpoint, replaces: string | undefined): Promise<boolean> {
    const live = this.#documents.get(document)
    if (live?.state !== 'live' || live.trashed !== undefined || live.epoch !== checkpoint.place.epoch) return false
    if (live.checkpoint?.place.tip !== replaces) return false
    const { position, tip } = checkpoint.place
    if (tipAt(live, position) !== tip) return false
    live.checkpoint = {
      place: checkpoint.place,
      stateVector: checkpoint.stateVector.slice(),
      chunks: checkpoint.chunks.map((chunk) => chunk.slice()),
      outline: checkpoint.outline?.slice(),
    }
    live.entries = live.entries.filter((entry) => entry.position > position)
    return true
  }

  async heads(documents: readonly string[]): Promise<readonly (Place | undefined)[]> {
    return documents.map((document) => {
      const present = this.#documents.get(document)
      return present?.state === 'live' && present.trashed === undefined ? headOf(present) : undefined
    })
  }

  async begin(document: string, lost: string, at: number): Promise<Place> {
    assertTime(at)
    if (this.#documents.get(document) === undefined) {
      this.#documents.set(document, newDocument({ title: '', createdBy: '', at }, continuedEpoch(lost)))
    }
    return headOf(this.#documents.live(document))
  }
}

/** The caller's bytes may be a view of a buffer that it will use again. */
function keep({ update, actor, at }: NewEntry, position: number): Entry {
  return { position, tip: randomId(), update: update.slice(), actor, at }
}

function remember({ receipts }: LiveDocument, token: string, receipt: AppendReceipt): void {
  receipts.set(token, receipt)
  const [oldest] = receipts.size > rememberedAppends ? receipts.keys() : []
  if (oldest !== undefined) receipts.delete(oldest)
}

function tipAt({ checkpoint, entries }: LiveDocument, position: number): string | undefined {
  if (checkpoint?.place.position === position) return checkpoint.place.tip
  return entries.find((entry) => entry.position === position)?.tip
}

import { applyAsItIs } from '@weft/protocol'
import type { LoadedDocument } from '@weft/persistence'
import * as Y from 'yjs'
import type { RoomLimits } from './limits.ts'
import { loggedUpdates, mergeUpdates } from './merge-updates.ts'
import { isSound } from './sound-update.ts'
import { StateCache } from './state-cache.ts'

/** Applying this much takes a few milliseconds. */
const bytesBetweenPauses = 256 * 1024

/** What applying an update did. */
export interface Applied {
  /** What it changed, as one update; undefined where it changed nothing. */
  readonly update: Uint8Array | undefined
  /** Whether some of it waits for updates that have not come. Then nothing tells what it was: the bytes themselves must be logged. */
  readonly waiting: boolean
  /** Whether more waits than before. */
  readonly grew: boolean
  /** Why Yjs could not read it to its end. What came before the fault was applied. */
  readonly error: Error | undefined
  /** Whether more would wait than may. Then what waits is as it was before, and this update is not part of it. */
  readonly overflow: boolean
}

/** One document in memory, and what is cached about it. Synchronous; no I/O. */
export class Replica {
  readonly #doc: Y.Doc
  readonly #cache: StateCache
  #emitted: Uint8Array[] = []
  #stateVector: Uint8Array | undefined

  private constructor(doc: Y.Doc, cache: StateCache) {
    this.#doc = doc
    this.#cache = cache
    this.#doc.on('update', (update: Uint8Array) => this.#emitted.push(update))
  }

  /**
   * Builds the replica of what the log holds.
   *
   * @param pause awaited between parts, so that a large document does not keep others waiting
   * @param base the checkpoint as one update, where its chunks were put together
   * @throws Error where the log's bytes are no updates
   */
  static async hydrate(loaded: LoadedDocument, pause: () => Promise<void>, base?: Uint8Array): Promise<Replica> {
    const doc = new Y.Doc({ gc: true })
    let sincePause = 0
    for (const update of loggedUpdates(loaded)) {
      applyAsItIs(doc, update)
      sincePause += update.byteLength
      if (sincePause < bytesBetweenPauses) continue
      sincePause = 0
      await pause()
    }
    const tail = loaded.entries.map((entry) => entry.update)
    return new Replica(doc, new StateCache(loaded.checkpoint?.chunks ?? [], tail, base))
  }

  /**
   * Applies an update as one transaction.
   *
   * @param limits how much may wait for other updates
   */
  apply(update: Uint8Array, limits: Pick<RoomLimits, 'waitingBytesPerRoom' | 'waitingDeleteBytes'>): Applied {
    const { store } = this.#doc
    const before = copyPending(store)
    const bytesBefore = this.waitingBytes
    let error: Error | undefined
    try {
      applyAsItIs(this.#doc, update)
    } catch (cause) {
      error = new Error('Yjs cannot read this update', { cause })
    }
    const emitted = this.#emitted
    this.#emitted = []
    const { pendingStructs, pendingDs } = store
    const waits =
      (pendingStructs !== null && pendingStructs.update !== before.pendingStructs?.update) ||
      (pendingDs !== null && pendingDs !== before.pendingDs)
    if (waits && error === undefined && !isSound(update)) error = new Error('this update could never be integrated')
    const deleteBytes = store.pendingDs?.byteLength ?? 0
    const overflow =
      waits && (this.waitingBytes > limits.waitingBytesPerRoom || deleteBytes > limits.waitingDeleteBytes)
    // Of an update that is not sound only what changed something is kept: its bytes must not wait here, nor be in a log.
    if (overflow || error !== undefined) Object.assign(store, before)
    const changed = emitted.length === 0 ? undefined : mergeUpdates(emitted)
    if (changed !== undefined) this.#stateVector = undefined
    return {
      update: changed,
      waiting: waits && !overflow && error === undefined,
      grew: this.waitingBytes > bytesBefore,
      error,
      overflow,
    }
  }

  /**
   * Applies updates of one sender as one transaction, up to the first that cannot be read or would wait for others: that one is
   * for `apply`. Nothing may wait yet.
   *
   * @returns how many were applied, and what of all of them has changed anything
   */
  applyTogether(updates: readonly Uint8Array[]): { readonly count: number; readonly update: Uint8Array | undefined } {
    let count = 0
    this.#doc.transact(() => {
      for (const update of updates) {
        if (!this.#appliesWhole(update)) break
        count++
      }
    })
    const emitted = this.#emitted
    this.#emitted = []
    if (emitted.length === 0) return { count, update: undefined }
    this.#stateVector = undefined
    return { count, update: mergeUpdates(emitted) }
  }

  /** Adds to the cached state what was applied, merged for a whole flush. */
  remember(update: Uint8Array): void {
    this.#cache.add(update)
  }

  /** Whether updates are held that wait for others. */
  get waiting(): boolean {
    const { pendingStructs, pendingDs } = this.#doc.store
    return pendingStructs !== null || pendingDs !== null
  }

  /** How large what waits is, in bytes. */
  get waitingBytes(): number {
    const { pendingStructs, pendingDs } = this.#doc.store
    return (pendingStructs?.update.byteLength ?? 0) + (pendingDs?.byteLength ?? 0)
  }

  /** The encoded state vector. */
  get stateVector(): Uint8Array {
    this.#stateVector ??= Y.encodeStateVector(this.#doc)
    return this.#stateVector
  }

  /** The whole state: one update, or one and what came since. Shared by all who ask (R7). */
  state(): readonly Uint8Array[] {
    return this.#cache.state(() => Y.encodeStateAsUpdate(this.#doc))
  }

  /**
   * What someone lacks who was sent an earlier state, as one update; shared by all who were, while that state is the cache's.
   *
   * @param stateVector what that state has, encoded
   */
  since(base: Uint8Array, stateVector: Uint8Array): Uint8Array {
    return this.#cache.since(base) ?? this.difference(stateVector)
  }

  /**
   * What someone lacks, as one update.
   *
   * @param stateVector what they have, encoded
   * @throws Error where it is no state vector
   */
  difference(stateVector: Uint8Array): Uint8Array {
    return Y.encodeStateAsUpdate(this.#doc, stateVector)
  }

  /**
   * Whether an update holds nothing that the replica lacks.
   *
   * @throws Error where it is no update
   */
  contains(update: Uint8Array): boolean {
    const { structs, ds } = Y.decodeUpdate(update)
    const { store } = this.#doc
    for (const struct of structs) {
      if (!(struct instanceof Y.Skip) && struct.id.clock + struct.length > Y.getState(store, struct.id.client))
        return false
    }
    for (const [client, ranges] of ds.clients) {
      for (const { clock, len } of ranges) if (!this.#isDeleted(client, clock, len)) return false
    }
    return true
  }

  /** How large the encoded state is, in bytes: at most, where updates have come since it was last encoded. */
  get roughBytes(): number {
    return this.#cache.bytes
  }

  /** How large the encoded state is, in bytes. */
  exactBytes(): number {
    this.#cache.renew(() => Y.encodeStateAsUpdate(this.#doc))
    return this.#cache.bytes
  }

  destroy(): void {
    this.#doc.destroy()
  }

  /** Applies an update. @returns whether all of it is applied; if not, what of it would wait is let go again */
  #appliesWhole(update: Uint8Array): boolean {
    try {
      applyAsItIs(this.#doc, update)
      if (!this.waiting) return true
    } catch {
      // `apply` says why.
    }
    Object.assign(this.#doc.store, { pendingStructs: null, pendingDs: null } satisfies Pending)
    return false
  }

  #isDeleted(client: number, clock: number, length: number): boolean {
    const structs = this.#doc.store.clients.get(client)
    if (structs === undefined || clock + length > Y.getState(this.#doc.store, client)) return false
    for (let index = Y.findIndexSS(structs, clock); index < structs.length; index++) {
      const struct = structs[index]
      if (struct === undefined || struct.id.clock >= clock + length) return true
      if (!struct.deleted) return false
    }
    return true
  }
}

type Pending = Pick<Y.Doc['store'], 'pendingStructs' | 'pendingDs'>

/** Yjs changes what waits in place, so what it was before is kept as a copy. */
function copyPending({ pendingStructs, pendingDs }: Pending): Pending {
  return {
    pendingDs,
    pendingStructs: pendingStructs && { ...pendingStructs, missing: new Map(pendingStructs.missing) },
  }
}

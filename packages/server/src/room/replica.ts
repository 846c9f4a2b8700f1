import { applyAsItIs, applyWithWaiting, stateWithoutWaiting, waitingIn, withoutOverlap } from '@weft/protocol'
import type { LoadedDocument } from '@weft/persistence'
import * as Y from 'yjs'
import { applyGroup, applyUpdates } from './apply-updates.ts'
import { EditsAhead } from './edits-ahead.ts'
import type { RoomLimits } from './limits.ts'
import { mergeUpdates } from './merge-updates.ts'
import { isSound } from './sound-update.ts'
import { StateCache } from './state-cache.ts'

/** What applying an update did. */
export interface Applied {
  /** What it changed, as one update; undefined where it changed nothing. */
  readonly update: Uint8Array | undefined
  /**
   * What must be logged before what it changed, where some of it waits for updates that have not come: nothing else tells what
   * that was, and whoever replays the log must come to hold the same. Undefined where nothing waits.
   */
  readonly waiting: Uint8Array | undefined
  /** Whether more waits than before. */
  readonly grew: boolean
  /** Why Yjs could not read it to its end. What came before the fault was applied. */
  readonly error: Error | undefined
  /** Whether more would wait than may. Then what waits is as it was before, and this update is not part of it. */
  readonly overflow: boolean
  /** Whether some of what waited before could never be integrated, and was let go. */
  readonly letGo: boolean
}

/**
 * One document in memory, and what is cached about it. Synchronous; no I/O. Of a document that never held anything no `Y.Doc` is
 * built until something is written: most of its memory would be that.
 */
export class Replica {
  /** What its edits ahead hold is not applied yet: for {@link #whole}. Of a document that never held anything there is none. */
  #hydrated: Hydrated | undefined
  readonly #cache: StateCache
  /** Whether some of what waited in the log could never be integrated, and was let go. */
  readonly letGo: boolean
  #waiting: { readonly of: Pending; readonly update: Uint8Array | undefined } | undefined
  #emitted: Uint8Array[] = []
  #stateVector: Uint8Array | undefined
  #changed = false

  private constructor(doc: Y.Doc | undefined, cache: StateCache, letGo: boolean) {
    this.#hydrated = doc && this.#listenTo(doc)
    this.letGo = letGo
    this.#cache = cache
  }

  /**
   * Builds the replica of what the log holds.
   *
   * @param pause awaited between parts, so that a large document does not keep others waiting
   * @param base the checkpoint as one update, where its chunks were put together
   * @throws Error where the log's bytes are no updates
   */
  static async hydrate(loaded: LoadedDocument, pause: () => Promise<void>, base?: Uint8Array): Promise<Replica> {
    const chunks = loaded.checkpoint?.chunks ?? []
    if (chunks.length === 0 && loaded.entries.length === 0) {
      return new Replica(undefined, new StateCache([], [], nothing), false)
    }
    const doc = newDoc()
    const checkpointLetGo = await applyUpdates(doc, chunks, pause)
    // What waits is not in the base: what comes later may contradict it.
    const isWhole = !checkpointLetGo && waitingIn(doc) === undefined
    const whole = isWhole ? (base ?? (chunks.length === 1 ? chunks[0] : undefined)) : undefined
    const tail: Uint8Array[] = []
    const hear = (update: Uint8Array): number => tail.push(update)
    doc.on('update', hear)
    const updates = loaded.entries.map((entry) => entry.update)
    const letGo = (await applyUpdates(doc, updates, pause)) || checkpointLetGo
    doc.off('update', hear)
    return new Replica(doc, new StateCache(chunks, tail, whole), letGo)
  }

  /**
   * Takes an update without applying it, where it is plain what it changes: all that it says.
   *
   * @returns whether it was; if not, it is for `apply`
   */
  takePlain(update: Uint8Array): boolean {
    if (this.waiting) return false
    const { ahead } = this.#made
    if (!ahead.take(update)) return false
    this.#changed = true
    this.#stateVector = undefined
    if (ahead.full) this.#applyAhead(ahead)
    return true
  }

  /**
   * Applies an update as one transaction.
   *
   * @param limits how much may wait for other updates
   */
  apply(update: Uint8Array, limits: Pick<RoomLimits, 'waitingBytesPerRoom' | 'waitingDeleteBytes'>): Applied {
    // What everyone says who has nothing either.
    if (this.#hydrated === undefined && Buffer.compare(update, nothing) === 0) return unchanged
    const doc = this.#whole
    const { store } = doc
    const before = copyPending(store)
    const bytesBefore = this.waitingBytes
    const added = withoutOverlap(doc, update)
    let error: Error | undefined
    let letGo = false
    try {
      letGo = applyWithWaiting(doc, added)
    } catch (cause) {
      error = new Error('Yjs cannot read this update', { cause })
    }
    const changed = this.#takeEmitted()
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
    return {
      update: changed,
      waiting: waits && !overflow && error === undefined ? added : undefined,
      grew: this.waitingBytes > bytesBefore,
      error,
      overflow,
      letGo,
    }
  }

  /**
   * Applies updates that the log holds as one transaction.
   *
   * @returns what of all of them has changed anything, whether one could not be read, and whether some of what waited was let go
   */
  applyLogged(updates: readonly Uint8Array[]): Pick<Applied, 'update' | 'error' | 'letGo'> {
    let error: Error | undefined
    let letGo = false
    const doc = this.#whole
    doc.transact(() => {
      for (const update of updates) {
        try {
          if (applyGroup(doc, [update])) letGo = true
        } catch (cause) {
          error = new Error('Yjs cannot read this update', { cause })
        }
      }
    })
    return { update: this.#takeEmitted(), error, letGo }
  }

  /**
   * Applies updates of one sender as one transaction, up to the first that cannot be read or would wait for others: that one is
   * for `apply`. Nothing may wait yet.
   *
   * @returns how many were applied, and what of all of them has changed anything
   */
  applyTogether(updates: readonly Uint8Array[]): { readonly count: number; readonly update: Uint8Array | undefined } {
    let count = 0
    const doc = this.#whole
    doc.transact(() => {
      for (const update of updates) {
        if (!this.#appliesWhole(doc, update)) break
        count++
      }
    })
    return { count, update: this.#takeEmitted() }
  }

  /** Adds to the cached state what was applied, merged for a whole flush. */
  remember(update: Uint8Array): void {
    this.#cache.add(update)
  }

  /** Whether updates are held that wait for others. */
  get waiting(): boolean {
    const { pendingStructs, pendingDs } = this.#pending
    return pendingStructs !== null || pendingDs !== null
  }

  /** How large what waits is, in bytes. */
  get waitingBytes(): number {
    const { pendingStructs, pendingDs } = this.#pending
    return (pendingStructs?.update.byteLength ?? 0) + (pendingDs?.byteLength ?? 0)
  }

  /** Whether it holds what the log held when it was loaded: nothing came since, and nothing of that waits or was let go. */
  get asLoaded(): boolean {
    return !this.#changed && !this.letGo && !this.waiting
  }

  /** The encoded state vector. */
  get stateVector(): Uint8Array {
    if (this.#hydrated === undefined) return noClients
    this.#stateVector ??= Y.encodeStateVector(this.#whole)
    return this.#stateVector
  }

  /** The whole state: one update, or one and what came since. Shared by all who ask (R7). */
  state(): readonly Uint8Array[] {
    return this.#cache.state(() => stateWithoutWaiting(this.#whole), this.#waitingUpdate())
  }

  /**
   * What someone lacks who was sent an earlier state, as one update; shared by all who were, while that state is the cache's.
   *
   * @param stateVector what that state has, encoded
   */
  since(base: Uint8Array, stateVector: Uint8Array): Uint8Array {
    const since = this.#cache.since(base)
    const waiting = this.#waitingUpdate()
    if (since === undefined) return this.difference(stateVector)
    return waiting === undefined ? since : mergeUpdates([since, waiting])
  }

  /**
   * What someone lacks, as one update.
   *
   * @param stateVector what they have, encoded
   * @throws Error where it is no state vector
   */
  difference(stateVector: Uint8Array): Uint8Array {
    return Y.encodeStateAsUpdate(this.#whole, stateVector)
  }

  /**
   * Whether an update holds nothing that the replica lacks.
   *
   * @throws Error where it is no update
   */
  contains(update: Uint8Array): boolean {
    const { structs, ds } = Y.decodeUpdate(update)
    if (structs.length === 0 && ds.clients.size === 0) return true
    const { store } = this.#whole
    for (const struct of structs) {
      if (!(struct instanceof Y.Skip) && struct.id.clock + struct.length > Y.getState(store, struct.id.client))
        return false
    }
    for (const [client, ranges] of ds.clients) {
      for (const { clock, len } of ranges) if (!isDeleted(store, client, clock, len)) return false
    }
    return true
  }

  /** How large the encoded state is, in bytes: at most, where updates have come since it was last encoded. */
  get roughBytes(): number {
    return this.#cache.bytes + this.waitingBytes
  }

  /** How large the encoded state is, in bytes. */
  exactBytes(): number {
    this.#cache.renew(() => stateWithoutWaiting(this.#whole))
    return this.roughBytes
  }

  destroy(): void {
    this.#hydrated?.doc.destroy()
  }

  /** The document with everything applied that was taken. */
  get #whole(): Y.Doc {
    const { doc, ahead } = this.#made
    if (!ahead.empty) this.#applyAhead(ahead)
    return doc
  }

  get #made(): Hydrated {
    this.#hydrated ??= this.#listenTo(newDoc())
    return this.#hydrated
  }

  get #pending(): Pending {
    return this.#hydrated?.doc.store ?? nothingPending
  }

  #listenTo(doc: Y.Doc): Hydrated {
    doc.on('update', (update: Uint8Array) => this.#emitted.push(update))
    return { doc, ahead: new EditsAhead(doc) }
  }

  /** What was taken ahead was sent on then. */
  #applyAhead(ahead: EditsAhead): void {
    ahead.apply()
    this.#emitted = []
  }

  #takeEmitted(): Uint8Array | undefined {
    const emitted = this.#emitted
    this.#emitted = []
    if (emitted.length === 0) return undefined
    this.#changed = true
    this.#stateVector = undefined
    return mergeUpdates(emitted)
  }

  /** What waits, as an update; the same one as long as the same waits. */
  #waitingUpdate(): Uint8Array | undefined {
    if (this.#hydrated === undefined) return undefined
    const { doc } = this.#hydrated
    const { pendingStructs, pendingDs } = doc.store
    const of = this.#waiting?.of
    if (this.#waiting === undefined || of?.pendingStructs !== pendingStructs || of.pendingDs !== pendingDs) {
      this.#waiting = { of: { pendingStructs, pendingDs }, update: waitingIn(doc) }
    }
    return this.#waiting.update
  }

  /** Applies an update. @returns whether all of it is applied; if not, what of it would wait is let go again */
  #appliesWhole(doc: Y.Doc, update: Uint8Array): boolean {
    try {
      applyAsItIs(doc, withoutOverlap(doc, update))
      if (!this.waiting) return true
    } catch {
      // `apply` says why.
    }
    Object.assign(doc.store, nothingPending)
    return false
  }
}

/** A document that holds something, and what was taken for it. */
interface Hydrated {
  readonly doc: Y.Doc
  readonly ahead: EditsAhead
}

type Pending = Pick<Y.Doc['store'], 'pendingStructs' | 'pendingDs'>

const nothingPending: Pending = { pendingStructs: null, pendingDs: null }

/** The update, and the state vector, of a document that never held anything. */
const nothing = new Uint8Array([0, 0])
const noClients = new Uint8Array([0])

const unchanged: Applied = {
  update: undefined,
  waiting: undefined,
  grew: false,
  error: undefined,
  overflow: false,
  letGo: false,
}

function newDoc(): Y.Doc {
  return new Y.Doc({ gc: true })
}

function isDeleted(store: Y.Doc['store'], client: number, clock: number, length: number): boolean {
  const structs = store.clients.get(client)
  if (structs === undefined || clock + length > Y.getState(store, client)) return false
  for (let index = Y.findIndexSS(structs, clock); index < structs.length; index++) {
    const struct = structs[index]
    if (struct === undefined || struct.id.clock >= clock + length) return true
    if (!struct.deleted) return false
  }
  return true
}

/** Yjs changes what waits in place, so what it was before is kept as a copy. */
function copyPending({ pendingStructs, pendingDs }: Pending): Pending {
  return {
    pendingDs,
    pendingStructs: pendingStructs && { ...pendingStructs, missing: new Map(pendingStructs.missing) },
  }
}

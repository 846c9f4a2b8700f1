import { createDecoder, readVarUint } from 'lib0/decoding'
import * as Y from 'yjs'
import { applyAsItIs } from './apply-as-it-is.ts'

/**
 * Applies an update as `applyAsItIs` does, and sees to it that what waits for other updates cannot get in its way.
 *
 * Yjs keeps what waits and integrates it when the rest has come. By then the places it was meant for may be taken: a client's
 * clocks that were used for one thing by an update that waited, and for another by one that did not. No client does that, but one
 * that lies can, and Yjs then throws at whoever brings the rest, and at everyone who loads the log, for ever. Here what is there
 * stays, and what waited is cut to what it adds to that, as it would be for a client that is sent a difference. An update that
 * does not wait is treated alike where Yjs throws at it. So everyone who applies the same updates in the same order ends equal,
 * as long as none of them are merged first where one of them waits.
 *
 * @returns whether some of what waited could not be integrated all the same, and was let go
 * @throws Error where the update cannot be read; what came before the fault is applied, and what waits is kept
 */
export function applyWithWaiting(doc: Y.Doc, update: Uint8Array): boolean {
  return doc.transact((transaction) => {
    const { store } = doc
    const waiting = store.pendingStructs
    store.pendingStructs = null
    try {
      applyOrCut(doc, update)
    } finally {
      store.pendingStructs = together(waiting, store.pendingStructs)
      transaction.local = true
    }
    return integrateWaiting(doc)
  })
}

/**
 * What an update adds to a document: without the structs that are there, and with the one that is there in part cut. Yjs would put
 * the rest of that one where the update says, and tell others of it as standing beside what is there: they would not end equal
 * where a client used its clocks for two different things.
 *
 * @returns the update itself where it overlaps with nothing, or cannot be read
 */
export function withoutOverlap(doc: Y.Doc, update: Uint8Array): Uint8Array {
  try {
    const known = new Map<number, number>()
    for (const [client, clock] of beginningOf(update)) {
      const state = Y.getState(doc.store, client)
      if (clock < state) known.set(client, state)
    }
    return known.size === 0 ? update : Y.diffUpdate(update, Y.encodeStateVector(known))
  } catch {
    return update
  }
}

/** Each client's first clock. */
function beginningOf(update: Uint8Array): Iterable<readonly [client: number, clock: number]> {
  const decoder = createDecoder(update)
  const clients = readVarUint(decoder)
  if (clients === 0) return []
  if (clients > 1) return Y.parseUpdateMeta(update).from
  readVarUint(decoder)
  return [[readVarUint(decoder), readVarUint(decoder)]]
}

/** What waits in a document for other updates, as one v1 update; undefined where nothing does. */
export function waitingIn({ store }: Y.Doc): Uint8Array | undefined {
  const { pendingStructs, pendingDs } = store
  const waiting = [pendingStructs?.update, pendingDs].filter((update) => update !== undefined && update !== null)
  return waiting.length === 0 ? undefined : Y.convertUpdateFormatV2ToV1(Y.mergeUpdatesV2(waiting))
}

/** A document's state as one v1 update, without what waits for other updates. */
export function stateWithoutWaiting(doc: Y.Doc): Uint8Array {
  const { pendingStructs, pendingDs } = doc.store
  Object.assign(doc.store, { pendingStructs: null, pendingDs: null })
  try {
    return Y.encodeStateAsUpdate(doc)
  } finally {
    Object.assign(doc.store, { pendingStructs, pendingDs })
  }
}

type Waiting = NonNullable<Y.Doc['store']['pendingStructs']>

function applyOrCut(doc: Y.Doc, update: Uint8Array): void {
  try {
    applyAsItIs(doc, update)
  } catch (cause) {
    doc.store.pendingStructs = null
    try {
      applyAsItIs(doc, Y.diffUpdate(update, Y.encodeStateVector(doc)))
    } catch {
      throw cause
    }
  }
}

/** Integrates what waits and need not any longer. @returns whether it could not be, and was let go */
function integrateWaiting(doc: Y.Doc): boolean {
  const { store } = doc
  for (let waiting = store.pendingStructs; waiting !== null && isDue(store, waiting);) {
    store.pendingStructs = null
    try {
      Y.applyUpdateV2(doc, Y.diffUpdateV2(waiting.update, Y.encodeStateVector(doc)))
    } catch {
      store.pendingStructs = null
      return true
    }
    waiting = store.pendingStructs
  }
  return false
}

/**
 * Whether something of what waits can be integrated by now, or something else has taken its place. Yjs's own note of what is missing
 * would not do: of a struct that waits behind a gap of the same client it says only where the gap ends.
 */
function isDue(store: Y.Doc['store'], { update }: Waiting): boolean {
  return firstStructs(update).some(({ client, clock, needs }) => {
    const state = Y.getState(store, client)
    return clock < state || (clock === state && needs.every((id) => id.clock < Y.getState(store, id.client)))
  })
}

/** The first struct of a client, and what it needs of other clients. */
interface FirstStruct {
  readonly client: number
  readonly clock: number
  readonly needs: readonly Y.ID[]
}

const firstStructsOf = new WeakMap<Uint8Array, readonly FirstStruct[]>()

/** Kept, because it is asked for with every update while something waits. */
function firstStructs(update: Uint8Array): readonly FirstStruct[] {
  const known = firstStructsOf.get(update)
  if (known !== undefined) return known
  const firsts = new Map<number, FirstStruct>()
  for (const struct of Y.decodeUpdateV2(update).structs) {
    const { client, clock } = struct.id
    if (!firsts.has(client)) firsts.set(client, { client, clock, needs: needsOf(struct) })
  }
  const found = [...firsts.values()]
  firstStructsOf.set(update, found)
  return found
}

function needsOf(struct: Y.Item | Y.GC | Y.Skip): Y.ID[] {
  if (!(struct instanceof Y.Item)) return []
  const ids: unknown[] = [struct.origin, struct.rightOrigin, struct.parent]
  return ids.filter((id) => id instanceof Y.ID).filter(({ client }) => client !== struct.id.client)
}

/** As Yjs puts together what waits. */
function together(waiting: Waiting | null, more: Waiting | null): Waiting | null {
  if (waiting === null || more === null) return waiting ?? more
  const missing = new Map(waiting.missing)
  for (const [client, clock] of more.missing) missing.set(client, Math.min(clock, missing.get(client) ?? Infinity))
  return { missing, update: Y.mergeUpdatesV2([waiting.update, more.update]) }
}

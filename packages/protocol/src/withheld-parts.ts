import { createDecoder, readVarUint } from 'lib0/decoding'
import { createEncoder, toUint8Array, writeUint8Array, writeVarUint } from 'lib0/encoding'
import { skipStruct } from './skip-struct.ts'

/** Structs of one client that follow each other, as they stand in an update. */
interface Run {
  readonly client: number
  readonly clock: number
  count: number
  readonly start: number
  end: number
}

const noDeletes = new Uint8Array([0])

/**
 * Cuts a v1 update into several of which nothing takes effect before the last has come: that one holds what each client wrote
 * first, and until then Yjs keeps the others waiting. All of it is then one transaction, as if it had come as one update, so
 * nobody is led to delete formats whose text comes with a later part. Nothing is decoded for it.
 *
 * It costs the receiver several times what one update costs, because Yjs merges what waits anew with every part. So it is for
 * links that are so slow that the time between two messages counts.
 *
 * @param update a Yjs v1 update, as Yjs wrote it
 * @param partBytes about how large a part may be, in bytes. A single struct that is larger stays whole, and the last part holds
 *   all deletes and a struct of every client
 * @throws RangeError where it holds what Yjs 13 does not write
 */
export function* withheldParts(update: Uint8Array, partBytes: number): Generator<Uint8Array> {
  if (update.byteLength <= partBytes) {
    yield update
    return
  }
  const decoder = createDecoder(update)
  const firsts: Run[] = []
  let runs: Run[] = []
  let bytes = 0
  for (let clients = readVarUint(decoder); clients > 0; clients--) {
    let count = readVarUint(decoder)
    const client = readVarUint(decoder)
    let clock = readVarUint(decoder)
    let run: Run | undefined
    for (let isFirst = true; count > 0; count--, isFirst = false) {
      const start = decoder.pos
      const length = skipStruct(decoder)
      const end = decoder.pos
      if (isFirst) firsts.push({ client, clock, count: 1, start, end })
      else {
        if (run === undefined) {
          run = { client, clock, count: 0, start, end }
          runs.push(run)
        }
        run.count++
        run.end = end
        bytes += end - start
      }
      clock += length
      if (bytes < partBytes) continue
      yield partOf(update, runs, noDeletes)
      runs = []
      run = undefined
      bytes = 0
    }
  }
  if (runs.length > 0) yield partOf(update, runs, noDeletes)
  yield partOf(update, firsts, update.subarray(decoder.pos))
}

function partOf(update: Uint8Array, runs: readonly Run[], deletes: Uint8Array): Uint8Array {
  const encoder = createEncoder()
  writeVarUint(encoder, runs.length)
  for (const { client, clock, count, start, end } of runs) {
    for (const number of [count, client, clock]) writeVarUint(encoder, number)
    writeUint8Array(encoder, update.subarray(start, end))
  }
  writeUint8Array(encoder, deletes)
  return toUint8Array(encoder)
}

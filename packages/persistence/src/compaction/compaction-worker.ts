import { parentPort } from 'node:worker_threads'
import { encodeOutline, type PartOutline } from '@weft/protocol'
import type { FromCompactionWorker, ToCompactionWorker } from './compaction-messages.ts'
import { type LoggedUpdate, Rebuild, UnreadableUpdateError } from './rebuild.ts'

/** The jobs under way. One whose log cannot be read is no longer here: what still comes for it is dropped. */
const rebuilds = new Map<number, Rebuild>()
const failed = new Set<number>()

function post(message: FromCompactionWorker, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

parentPort?.on('message', (message: ToCompactionWorker) => {
  const { job } = message
  try {
    handle(message)
  } catch (cause) {
    release(job)
    failed.add(job)
    if (cause instanceof UnreadableUpdateError) {
      post({ type: 'unreadable', job, position: cause.position, cause: cause.cause })
    } else {
      post({ type: 'failed', job, cause })
    }
  }
  if (message.type !== 'updates') failed.delete(job)
})

function handle(message: ToCompactionWorker): void {
  const { job } = message
  if (failed.has(job)) return
  switch (message.type) {
    case 'updates': {
      const rebuild = rebuilds.get(job) ?? new Rebuild()
      rebuilds.set(job, rebuild)
      rebuild.add(unpack(message.bytes, message.positions, message.lengths))
      return
    }
    case 'finish': {
      const rebuild = rebuilds.get(job) ?? new Rebuild()
      const outlines: PartOutline[] = []
      let count = 0
      for (const { update, outline } of rebuild.parts()) {
        const own = update.slice()
        post({ type: 'chunk', job, chunk: own }, [own.buffer])
        count++
        if (outline !== undefined) outlines.push(outline)
      }
      const outline = outlines.length === count ? encodeOutline(outlines) : undefined
      post({ type: 'rebuilt', job, stateVector: rebuild.stateVector(), outline })
      release(job)
      return
    }
    case 'abandon':
      release(job)
  }
}

function release(job: number): void {
  rebuilds.get(job)?.end()
  rebuilds.delete(job)
}

function unpack(
  bytes: ArrayBuffer,
  positions: readonly (number | undefined)[],
  lengths: readonly number[],
): LoggedUpdate[] {
  let at = 0
  return lengths.map((length, index) => {
    const update = new Uint8Array(bytes, at, length)
    at += length
    return { position: positions[index], update }
  })
}

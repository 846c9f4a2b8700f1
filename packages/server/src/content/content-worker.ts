import { parentPort } from 'node:worker_threads'
import { applyAsItIs } from '@weft/protocol'
import * as Y from 'yjs'
import type { ContentFailureKind, ContentTask, FromContentWorker, ToContentWorker } from './content-messages.ts'
import { copiedContent } from './copied-content.ts'
import { rehearseUpdate, UnusableUpdateError } from './rehearse-update.ts'
import { digestStates } from './state-digests.ts'
import { renderContent } from './render-content.ts'
import { AmbiguousFieldError } from './shared-type.ts'
import { writeContent, WrongTypeError } from './write-content.ts'

const states = new Map<number, Uint8Array[]>()

parentPort?.on('message', (message: ToContentWorker) => {
  const { job } = message
  const updates = states.get(job) ?? []
  if (message.type === 'state') {
    states.set(job, updates)
    updates.push(...message.updates)
    return
  }
  states.delete(job)
  const answer = answerTo(job, updates, message.task)
  parentPort?.postMessage(answer, answer.type === 'done' ? [answer.bytes.buffer] : [])
})

function answerTo(job: number, updates: readonly Uint8Array[], task: ContentTask): FromContentWorker {
  const doc = new Y.Doc({ gc: true })
  try {
    if (task.type === 'digest') return { type: 'done', job, bytes: digestStates(updates, task.after) }
    if (!applied(doc, updates)) return failed(job, 'unreadable', 'Yjs cannot read what the log holds')
    return { type: 'done', job, bytes: perform(doc, task) }
  } catch (error) {
    const [kind, text] = failureOf(error)
    return failed(job, kind, text)
  } finally {
    doc.destroy()
  }
}

function perform(doc: Y.Doc, task: Exclude<ContentTask, { type: 'digest' }>): Uint8Array<ArrayBuffer> {
  switch (task.type) {
    case 'render':
      return renderContent(doc, task)
    case 'write':
      return writeContent(doc, task)
    case 'copy':
      return copiedContent(doc, task)
    case 'rehearse':
      rehearseUpdate(doc, task.update)
      return new Uint8Array()
  }
}

function failureOf(error: unknown): [kind: ContentFailureKind, text: string] {
  if (error instanceof AmbiguousFieldError) return ['ambiguous-field', error.message]
  if (error instanceof WrongTypeError) return ['wrong-type', error.message]
  if (error instanceof UnusableUpdateError) return [error.kind, error.message]
  if (error instanceof RangeError) return ['too-deep', 'the content is nested too deeply']
  return ['failed', error instanceof Error ? (error.stack ?? error.message) : String(error)]
}

/** One transaction for all of them: its cleanup is what costs. */
function applied(doc: Y.Doc, updates: readonly Uint8Array[]): boolean {
  try {
    doc.transact(() => updates.forEach((update) => applyAsItIs(doc, update)))
    return true
  } catch {
    return false
  }
}

function failed(job: number, kind: ContentFailureKind, text: string): FromContentWorker {
  return { type: 'failed', job, kind, text }
}

import { encodeUpdate } from '@weft/protocol'
import * as Y from 'yjs'
import type { DocumentState, WeftDocument } from '../../src/index.ts'
import type { ScriptedConnection } from './scripted-server.ts'

/** The first state for which `test` holds, now or later. */
export function until(document: WeftDocument, test: (state: DocumentState) => boolean): Promise<DocumentState> {
  if (test(document.state)) return Promise.resolve(document.state)
  return new Promise((resolve) => {
    const stop = document.subscribe(() => {
      if (!test(document.state)) return
      stop()
      resolve(document.state)
    })
  })
}

/** The first state of this status. */
export function untilStatus(document: WeftDocument, status: DocumentState['status']): Promise<DocumentState> {
  return until(document, (state) => state.status === status)
}

/** The first state with so many unsaved changes. */
export function untilUnsaved(document: WeftDocument, unsaved: number): Promise<DocumentState> {
  return until(document, (state) => state.unsaved === unsaved)
}

/** Resolves when the client has read all that the server sent before: an update is sent behind it, and awaited. */
export async function afterAllSent(document: WeftDocument, connection: ScriptedConnection): Promise<void> {
  const probe = new Y.Doc()
  probe.getMap('probe').set('x', 1)
  const arrived = new Promise((resolve) => document.doc.once('update', resolve))
  connection.send(encodeUpdate(Y.encodeStateAsUpdate(probe)))
  await arrived
}

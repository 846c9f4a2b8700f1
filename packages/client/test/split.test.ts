import { encodeSyncStep2, encodeUpdate } from '@weft/protocol'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { useHarness } from './support/harness.ts'
import { afterAllSent, untilUnsaved } from './support/until.ts'

const harness = useHarness()
const maxMessageBytes = 256 * 1024

/** A text of many insertions. */
function write(text: Y.Text, times: number): void {
  for (let i = 0; i < times; i++) text.insert(0, `line ${i} of what was written offline\n`.repeat(100))
}

test('a step 2 larger than the server takes goes out in parts, in causal order, and is saved with the last', async () => {
  const document = harness().open({ maxMessageBytes })
  write(document.doc.getText('note'), 250)
  const connection = await harness().server.connection()
  await connection.welcome(new Y.Doc())
  document.doc.getMap('map').set('after', true)
  await connection.find('update')
  const parts = connection.updates.slice(0, -1)
  expect(parts.length).toBeGreaterThan(2)
  const server = new Y.Doc()
  for (const part of parts) {
    expect(encodeSyncStep2(part).byteLength).toBeLessThanOrEqual(maxMessageBytes)
    Y.applyUpdate(server, part)
    expect(server.store.pendingStructs).toBeNull()
  }
  expect(server.getText('note').toJSON()).toBe(document.doc.getText('note').toJSON())
  connection.saved(parts.length - 1)
  await afterAllSent(document, connection)
  expect(document.state.unsaved).toBe(251)
  connection.saved(parts.length)
  await untilUnsaved(document, 1)
  connection.saved(parts.length + 1)
  await untilUnsaved(document, 0)
})

test('a huge paste goes out in parts too and is one change', async () => {
  const document = harness().open({ maxMessageBytes })
  const connection = await harness().server.connection()
  await connection.welcome(new Y.Doc())
  await document.synced
  document.doc.getText('note').insert(0, 'pasted '.repeat(200_000))
  document.doc.getMap('map').set('after', true)
  expect(document.state.unsaved).toBe(2)
  const server = new Y.Doc()
  let frames = 0
  while (server.getMap('map').get('after') !== true) {
    frames++
    const { update } = await connection.find('update', frames)
    expect(encodeUpdate(update).byteLength).toBeLessThanOrEqual(maxMessageBytes)
    Y.applyUpdate(server, update)
  }
  expect(frames).toBeGreaterThan(4)
  // The first frame was the step 2, the last one the change after the paste.
  expect(server.getText('note').length).toBe(1_400_000)
  connection.saved(frames - 1)
  await afterAllSent(document, connection)
  expect(document.state.unsaved).toBe(2)
  connection.saved(frames)
  await untilUnsaved(document, 1)
  connection.saved(frames + 1)
  await untilUnsaved(document, 0)
})

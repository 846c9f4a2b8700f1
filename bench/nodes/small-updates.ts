import { encodeUpdate } from '@weft/protocol'
import * as Y from 'yjs'
import { clientFrame } from './wire-client.ts'

/**
 * What somebody sends who types: one frame for each character. The same frames are good for every document, once each and in
 * order.
 */
export function typedFrames(count: number): Buffer[] {
  const doc = new Y.Doc()
  const frames: Buffer[] = []
  doc.on('update', (update: Uint8Array) => frames.push(clientFrame(encodeUpdate(update))))
  const text = doc.getText('text')
  for (let index = 0; index < count; index++) text.insert(index, 'k')
  doc.destroy()
  return frames
}

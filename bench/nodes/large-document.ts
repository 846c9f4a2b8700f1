import { Compactor, openStore, type Store } from '@weft/persistence'
import { splitUpdate } from '@weft/protocol'
import * as Y from 'yjs'

const words = 'people write rich documents together and what is called saved is saved whoever pulls the plug'.split(' ')

/** About how large what goes into one entry of the log may be, in bytes. */
const entryBytes = 1024 * 1024

/**
 * The state of a document of paragraphs that several people wrote in pieces. What they wrote is the same at every run.
 *
 * @param megabytes how large its encoding is at least, in millions of bytes
 */
export function largeState(megabytes: number): Uint8Array {
  const doc = new Y.Doc()
  const fragment = doc.getXmlFragment('default')
  const draw = drawing()
  const some = 500
  let state: Uint8Array = new Uint8Array()
  for (let missing = some; missing > 0;) {
    for (let count = 0; count < missing; count++) write(doc, fragment, draw)
    state = Y.encodeStateAsUpdate(doc)
    missing = Math.ceil((megabytes * 1e6 - state.byteLength) / (state.byteLength / fragment.length))
  }
  doc.destroy()
  return state
}

function write(doc: Y.Doc, fragment: Y.XmlFragment, draw: (below: number) => number): void {
  doc.clientID = 1_000 + 7_919 * draw(8)
  doc.transact(() => {
    const paragraph = new Y.XmlElement('paragraph')
    const text = new Y.XmlText()
    paragraph.insert(0, [text])
    fragment.push([paragraph])
    for (let piece = 0; piece < 30; piece++) {
      const at = draw(4) === 0 ? draw(text.length + 1) : text.length
      text.insert(at, `${words[draw(words.length)] ?? ''}${draw(100_000)} `)
    }
  })
}

/** Numbers that look drawn and are the same at every run. */
function drawing(): (below: number) => number {
  let state = 1
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (state >>> 8) % below
  }
}

/** Puts a state into a store as entries of its log, where no node has it open. */
export async function storeLog(url: string, state: Uint8Array, document: string): Promise<void> {
  const store = await openStore(url)
  await store.check()
  await append(store, document, splitUpdate(state, entryBytes))
  await store.close()
}

/** Puts a state into a store as the checkpoints of these documents, which no node has open. */
export async function storeCheckpoints(url: string, state: Uint8Array, documents: readonly string[]): Promise<void> {
  const [first = '', ...others] = documents
  await storeLog(url, state, first)
  const store = await openStore(url)
  await store.check()
  const compactor = new Compactor(store.log)
  await compactor.compact(first)
  await compactor.close()
  const { checkpoint } = await store.log.load(first)
  if (checkpoint === undefined) throw new Error('the first document was not compacted')
  for (const document of others) {
    await append(store, document, [new Uint8Array([0, 0])])
    const { head } = await store.log.load(document)
    await store.log.replaceCheckpoint(document, { ...checkpoint, place: head }, undefined)
  }
  await store.close()
}

async function append(store: Store, document: string, updates: Iterable<Uint8Array>): Promise<void> {
  await store.catalog.create({ id: document, title: '', createdBy: 'bench', at: 0 })
  const { head } = await store.log.load(document)
  let part = 0
  for (const update of updates) {
    const entries = [{ update, actor: 'bench', at: 0 }]
    await store.log.append(document, { epoch: head.epoch, token: `part ${part++}`, entries })
  }
}

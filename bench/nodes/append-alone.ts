/** The store's driver by itself: `<url> <documents>`. Each document always has one append in flight, for five seconds. */
import { openStore, type Store } from '@weft/persistence'
import * as Y from 'yjs'

const [url = '', count = '1'] = process.argv.slice(2)
const seconds = 5

const doc = new Y.Doc()
doc.getText('text').insert(0, 'k')
const update = Y.encodeStateAsUpdate(doc)
const latencies: number[] = []

async function appendUntil(store: Store, document: string, end: number): Promise<void> {
  await store.catalog.create({ id: document, title: '', createdBy: 'bench', at: 0 })
  const { head } = await store.log.load(document)
  for (let turn = 0; performance.now() < end; turn++) {
    const start = performance.now()
    const entry = { update, actor: 'bench', at: 0 }
    await store.log.append(document, { epoch: head.epoch, token: `${document} ${turn}`, entries: [entry] })
    latencies.push(performance.now() - start)
  }
}

const store = await openStore(url)
await store.check()
const start = performance.now()
const documents = Array.from({ length: Number(count) }, (_, index) => `driver/${index}`)
await Promise.all(documents.map((document) => appendUntil(store, document, start + seconds * 1000)))
process.send?.({ perSecond: (1000 * latencies.length) / (performance.now() - start), latencies })
await store.close()
process.disconnect()

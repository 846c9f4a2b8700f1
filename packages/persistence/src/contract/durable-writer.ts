/**
 * A process that appends until it is killed, and says on stdout what the store called durable, a line for each append:
 * document, position, tip. Its arguments: the store's URL, and the number of documents.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import { openStore } from '../open-store.ts'
import { entry } from './with-store.ts'

const [url = '', documents = '1'] = process.argv.slice(2)
const { log, catalog } = await openStore(url, { node: 'writer', durability: 'fsync' })

await Promise.all(
  Array.from({ length: Number(documents) }, async (_, index) => {
    const id = `document-${index}`
    await catalog.create({ id, title: id, createdBy: 'someone', at: 1 })
    const { head } = await log.load(id)
    for (let count = head.position + 1; ; count++) {
      const request = { epoch: head.epoch, token: randomUUID(), entries: [entry(`${id} ${count}`)] }
      const { last, tip } = await log.append(id, request)
      process.stdout.write(`${id} ${last} ${tip}\n`)
    }
  }),
)

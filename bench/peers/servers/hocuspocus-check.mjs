// Whether Hocuspocus's own clients converge: two write at once, a third comes later. Prints what each of them holds.
import { HocuspocusProvider } from '@hocuspocus/provider'
import * as Y from 'yjs'

const [url, name, writers] = process.argv.slice(2)

function client() {
  const document = new Y.Doc()
  return new HocuspocusProvider({ url, name, document, token: 'none' })
}

function holds(provider, all) {
  return new Promise((resolve) => {
    const look = () => {
      const text = provider.document.getText('text').toJSON()
      if (all.every((part) => text.includes(part))) resolve(text)
    }
    provider.document.on('update', look)
    look()
  })
}

const parts = writers.split(',')
const clients = parts.map(client)
await Promise.all(clients.map((provider) => new Promise((resolve) => provider.on('synced', resolve))))
for (const [index, part] of parts.entries()) clients[index].document.getText('text').insert(0, part)
const texts = await Promise.all(clients.map((provider) => holds(provider, parts)))
texts.push(await holds(client(), parts))
console.log(JSON.stringify(texts))
process.exit(0)

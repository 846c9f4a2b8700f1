/** Several nodes around one Redis, as an operator starts them: every process is real, and stock clients judge. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { StockEditor } from '../support/stock-editor.ts'

let redis: RedisServer
let a: ServerProcess
let b: ServerProcess

const startNode = (): Promise<ServerProcess> =>
  startServer({ built: true, command: 'serve', store: redis.url, args: ['--anonymous', 'write'] })

beforeAll(async () => {
  redis = await RedisServer.start(...durableSettings)
  ;[a, b] = await Promise.all([startNode(), startNode()])
})
afterAll(async () => {
  await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()])
  await redis[Symbol.asyncDispose]()
})

const editorAt = (node: ServerProcess, document: string): StockEditor =>
  new StockEditor(WebsocketProvider, node.webSocketUrl, document)

describe('people on two nodes', () => {
  it('X2: write in one document, and whoever comes later to either node reads all of it', async () => {
    using ada = editorAt(a, 'team/notes')
    using ben = editorAt(b, 'team/notes')
    await Promise.all([ada.synced(), ben.synced()])
    for (let count = 0; count < 50; count++) {
      ada.text.insert(ada.text.length, 'a')
      ben.text.insert(0, 'b')
      if (count % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all([ada.holds(100), ben.holds(100)])
    const everything = ada.text.toString()
    expect(ben.text.toString()).toBe(everything)
    using third = editorAt(a, 'team/notes')
    using fourth = editorAt(b, 'team/notes')
    await Promise.all([third.reads(everything), fourth.reads(everything)])
  })

  it('E1: see at once what is written over HTTP at any node, whether it has the document open or not', async () => {
    using ada = editorAt(a, 'team/written')
    await ada.synced()
    const write = async (node: ServerProcess, text: string): Promise<unknown> => {
      const address = `${node.url}/api/v1/documents/team%2Fwritten/content?field=t&as=text`
      const headers = { 'content-type': 'text/plain' }
      const response = await fetch(address, { method: 'POST', body: text, headers })
      return [response.status, await response.json()]
    }
    ada.text.insert(0, 'by hand, ')
    const atB = `${b.url}/api/v1/documents/team%2Fwritten/content?as=text`
    await expect.poll(async () => await (await fetch(atB)).text()).toBe('by hand, ')
    expect(await write(b, 'by b, ')).toMatchObject([200, { position: 2 }])
    await ada.reads('by hand, by b, ')
    expect(await write(a, 'by a, ')).toMatchObject([200, { position: 3 }])
    const edge = await startServer({
      built: true,
      command: 'serve',
      store: redis.url,
      args: ['--anonymous', 'write', '--role', 'edge'],
    })
    try {
      expect(await write(edge, 'by an edge')).toMatchObject([200, { position: 4 }])
      await ada.reads('by hand, by b, by a, by an edge')
    } finally {
      await edge[Symbol.asyncDispose]()
    }
  })

  it('L5: are told when it is put into the trash at another node, and have it as it was when it is restored', async () => {
    using ada = editorAt(a, 'team/trashed')
    await ada.synced()
    ada.text.insert(0, 'kept')
    const address = `${b.url}/api/v1/documents/team%2Ftrashed`
    await expect.poll(async () => await (await fetch(`${address}/content?as=text`)).text()).toBe('kept')
    const over = ada.disconnected()
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(204)
    expect(await over).toEqual({ code: 4404, reason: 'trashed' })
    expect((await fetch(`${address}/content`)).status).toBe(410)
    expect((await fetch(`${address}/restore`, { method: 'POST' })).status).toBe(204)
    using ben = editorAt(a, 'team/trashed')
    await ben.reads('kept')
  })

  it('R6, X2: see each other come, and go', async () => {
    using ada = editorAt(a, 'who')
    await ada.synced()
    ada.provider.awareness.setLocalState({ name: 'Ada' })
    const ben = editorAt(b, 'who')
    await ben.synced()
    ben.provider.awareness.setLocalState({ name: 'Ben' })
    await Promise.all([ada.sees('Ada', 'Ben'), ben.sees('Ada', 'Ben')])
    // Node b has had the document open for a while when this one comes: it is told who is there all the same.
    using cleo = editorAt(b, 'who')
    await cleo.synced()
    cleo.provider.awareness.setLocalState({ name: 'Cleo' })
    await cleo.sees('Ada', 'Ben', 'Cleo')
    ben[Symbol.dispose]()
    await Promise.all([ada.sees('Ada', 'Cleo'), cleo.sees('Ada', 'Cleo')])
  })

  it('X3: go on while Redis is away, and have all of it afterwards, without reconnecting', async () => {
    using ada = editorAt(a, 'outage')
    using ben = editorAt(b, 'outage')
    using cleo = editorAt(b, 'outage')
    await Promise.all([ada.synced(), ben.synced(), cleo.synced()])
    ada.text.insert(0, 'before ')
    await Promise.all([ben.reads('before '), cleo.reads('before ')])
    let closed = 0
    for (const { provider } of [ada, ben, cleo]) provider.on('connection-close', () => closed++)
    await redis.kill()
    ben.text.insert(0, 'B')
    await cleo.reads('Bbefore ')
    ada.text.insert(0, 'A')
    await Promise.all([a.logged('store-failing'), b.logged('store-failing')])
    await redis.restart()
    await Promise.all([ada.holds(9), ben.holds(9), cleo.holds(9)])
    expect(new Set([ada, ben, cleo].map(({ text }) => text.toString())).size).toBe(1)
    expect(closed).toBe(0)
  })

  it('L6: an emptied log is whole again, without an edit, and each node that mended it says so', async () => {
    using ada = editorAt(a, 'emptied')
    using ben = editorAt(b, 'emptied')
    await Promise.all([ada.synced(), ben.synced()])
    ada.text.insert(0, 'all there is')
    await ben.reads('all there is')
    await redis.client.flushall()
    await Promise.any([a.logged('log-repaired'), b.logged('log-repaired')])
    await using c = await startNode()
    using cleo = editorAt(c, 'emptied')
    await cleo.reads('all there is')
    ben.text.insert(0, 'still ')
    await Promise.all([ada.reads('still all there is'), cleo.reads('still all there is')])
  })
})

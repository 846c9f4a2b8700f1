import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryStore } from '@weft/persistence'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebsocketProvider as Provider3 } from 'y-websocket'
import { WebsocketProvider as Provider2 } from 'y-websocket-2'
import { startTestServer } from '../../packages/server/test/support/running-server.ts'
import { StockEditor } from '../support/stock-editor.ts'

describe.each([
  ['y-websocket 2', Provider2],
  ['y-websocket 3', Provider3],
])('S1: %s works unchanged', (_name, Provider) => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weft-compat-'))
  })

  afterEach(async () => {
    vi.restoreAllMocks()
    await rm(folder, { recursive: true })
  })

  it('S1: two write, a third finds it all', async () => {
    await using server = await startTestServer()
    using ada = new StockEditor(Provider, server.webSocketUrl, 'team/notes')
    using ben = new StockEditor(Provider, server.webSocketUrl, 'team/notes')
    await Promise.all([ada.synced(), ben.synced()])
    ada.text.insert(0, 'Hello')
    await ben.reads('Hello')
    ben.text.insert(5, ' world')
    await ada.reads('Hello world')
    using fresh = new StockEditor(Provider, server.webSocketUrl, 'team/notes')
    await fresh.synced()
    expect(fresh.text.toString()).toBe('Hello world')
  })

  it('S1: what was written before connecting arrives, and synced is true only when everything is there', async () => {
    await using server = await startTestServer()
    using ada = new StockEditor(Provider, server.webSocketUrl, 'd')
    for (let i = 0; i < 40; i++) ada.text.insert(0, String.fromCharCode(97 + (i % 26)).repeat(50_000))
    await ada.synced()
    using ben = new StockEditor(Provider, server.webSocketUrl, 'd')
    await ben.reads(ada.text.toString())
    using fresh = new StockEditor(Provider, server.webSocketUrl, 'd')
    await fresh.synced()
    expect(fresh.text.length).toBe(2_000_000)
  })

  // After 30 s clients forget by themselves who is silent: to pass for that reason is no pass.
  it(
    'S1, R6: presence is seen by those who were there and by who comes; who leaves is gone at once',
    { timeout: 15_000 },
    async () => {
      await using server = await startTestServer()
      const ada = new StockEditor(Provider, server.webSocketUrl, 'd')
      ada.provider.awareness.setLocalState({ name: 'ada' })
      using ben = new StockEditor(Provider, server.webSocketUrl, 'd')
      ben.provider.awareness.setLocalState({ name: 'ben' })
      await Promise.all([ada.sees('ada', 'ben'), ben.sees('ada', 'ben')])
      using cleo = new StockEditor(Provider, server.webSocketUrl, 'd')
      cleo.provider.awareness.setLocalState({ name: 'cleo' })
      await cleo.sees('ada', 'ben', 'cleo')
      await Promise.all([ada.sees('ada', 'ben', 'cleo'), ben.sees('ada', 'ben', 'cleo')])
      // Its line is cut: `disconnect` would say goodbye for it.
      ada.provider.shouldConnect = false
      ada.provider.ws?.close()
      await Promise.all([ben.sees('ben', 'cleo'), cleo.sees('ben', 'cleo')])
      ada.provider.connect()
      await Promise.all([ben.sees('ada', 'ben', 'cleo'), cleo.sees('ada', 'ben', 'cleo')])
      ada[Symbol.dispose]()
      await ben.sees('ben', 'cleo')
    },
  )

  it('S1, S3: comes back by itself after the server went down, with what was written meanwhile', async () => {
    const first = await startTestServer({ store: `sqlite:${folder}` })
    using ada = new StockEditor(Provider, first.webSocketUrl, 'd')
    using ben = new StockEditor(Provider, first.webSocketUrl, 'd')
    await Promise.all([ada.synced(), ben.synced()])
    ada.text.insert(0, 'before.')
    await ben.reads('before.')
    const [how] = await Promise.all([ada.disconnected(), ben.disconnected(), first.stop()])
    expect(how).toMatchObject({ code: 1012 })
    ada.text.insert(7, ' ada.')
    ben.doc.getMap('m').set('by', 'ben')
    await using second = await startTestServer({ store: `sqlite:${folder}`, port: first.port })
    await ben.reads('before. ada.')
    using fresh = new StockEditor(Provider, second.webSocketUrl, 'd')
    await fresh.reads('before. ada.')
    await expect.poll(() => fresh.doc.getMap('m').get('by')).toBe('ben')
  })

  it('R5: a reader is synced, is told in its own words why it may not write, and stays', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const store = new MemoryStore()
    await store.catalog.create({ id: 'd', title: '', createdBy: 'x', at: 0 })
    await using server = await startTestServer({ openStore: store, anonymous: 'read' })
    using reader = new StockEditor(Provider, server.webSocketUrl, 'd')
    using other = new StockEditor(Provider, server.webSocketUrl, 'd')
    await Promise.all([reader.synced(), other.synced()])
    expect(warned).not.toHaveBeenCalled()
    reader.text.insert(0, 'not mine to write')
    await expect.poll(() => warned.mock.calls.flat().join()).toContain('Permission denied')
    reader.provider.awareness.setLocalState({ name: 'reader' })
    other.provider.awareness.setLocalState({ name: 'other' })
    await other.sees('reader', 'other')
    expect(other.text.toString()).toBe('')
    expect(reader.provider.wsconnected).toBe(true)
  })
})

describe('S1: what closes for good', () => {
  it('S1: y-websocket 3 stops after 44xx and says why', async () => {
    await using server = await startTestServer()
    using editor = new StockEditor(Provider3, server.webSocketUrl, 'no//document')
    const closed = new Promise((resolve) => editor.provider.once('closed', resolve))
    expect(await closed).toMatchObject({ code: 4404, reason: 'invalid-document-id' })
    expect(editor.provider.shouldConnect).toBe(false)
  })

  it('S1: y-websocket 3 stops after a message that is too large, rather than send it for ever', async () => {
    await using server = await startTestServer()
    using editor = new StockEditor(Provider3, server.webSocketUrl, 'd')
    await editor.synced()
    const closed = new Promise((resolve) => editor.provider.once('closed', resolve))
    editor.text.insert(0, 'x'.repeat(17 * 1024 * 1024))
    expect(await closed).toMatchObject({ code: 4413, reason: 'message-too-large' })
    expect(server.captured.of('connection-refused')).toHaveLength(1)
  })

  it('S1: y-websocket 2 knows no such codes and comes again, which harms nobody', async () => {
    await using server = await startTestServer()
    using editor = new StockEditor(Provider2, server.webSocketUrl, 'no//document')
    expect(await editor.disconnected()).toMatchObject({ code: 4404 })
    expect(await editor.disconnected()).toMatchObject({ code: 4404 })
    using other = new StockEditor(Provider2, server.webSocketUrl, 'd')
    await other.synced()
  })

  it('S1: a token that does not hold closes 4401, and 3 stops', async () => {
    await using server = await startTestServer()
    using editor = new StockEditor(Provider3, server.webSocketUrl, 'd?token=secret-token&x=')
    const closed = new Promise((resolve) => editor.provider.once('closed', resolve))
    expect(await closed).toMatchObject({ code: 4401, reason: 'unauthorized' })
    expect(server.captured.text).not.toContain('secret-token')
  })
})

/** The main job from end to end: stock clients, the server as a user starts it, its store on disk, and a kill in between. */
import { documentPageSchema } from '@weft/protocol/http'
import { describe, expect, it } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import { startServer } from '../support/server-process.ts'
import { StockEditor } from '../support/stock-editor.ts'

describe('two people write in one document', () => {
  it('and the text, who is there, and the list are right throughout, a kill and a restart included', async () => {
    await using server = await startServer({ args: ['--empty-room-grace', '0'] })
    const created = await fetch(`${server.url}/api/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'team/minutes', title: 'Minutes' }),
    })
    expect(created.status).toBe(201)
    using ada = new StockEditor(WebsocketProvider, server.webSocketUrl, 'team/minutes')
    using ben = new StockEditor(WebsocketProvider, server.webSocketUrl, 'team/minutes')
    await Promise.all([ada.synced(), ben.synced()])
    ada.provider.awareness.setLocalState({ name: 'ada', user: { name: 'Ada', color: '#aa0000' } })
    await ben.reads('')

    // Both at once, in the same place: whatever order that makes, it is the same for both.
    for (let i = 0; i < 50; i++) {
      ada.text.insert(ada.text.length, 'a')
      ben.text.insert(0, 'b')
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all([ada.holds(100), ben.holds(100)])
    const everything = ada.text.toString()
    expect(ben.text.toString()).toBe(everything)
    expect(everything.replaceAll('a', '')).toBe('b'.repeat(50))

    await expect.poll(() => listed(server.url)).toEqual([['team/minutes', 'Minutes', ['Ada']]])

    await Promise.all([ada.disconnected(), ben.disconnected(), server.kill('SIGKILL')])
    ada.text.insert(0, 'While it was away. ')
    await server.restart()
    await Promise.all([ada.reads(`While it was away. ${everything}`), ben.reads(`While it was away. ${everything}`)])
    using fresh = new StockEditor(WebsocketProvider, server.webSocketUrl, 'team/minutes')
    await fresh.reads(`While it was away. ${everything}`)

    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    await server.restart()
    using last = new StockEditor(WebsocketProvider, server.webSocketUrl, 'team/minutes')
    await last.synced()
    await last.reads(`While it was away. ${everything}`)
  })
})

async function listed(url: string): Promise<unknown[]> {
  const page = documentPageSchema.parse(await (await fetch(`${url}/api/v1/documents`)).json())
  return page.documents.map(({ id, title, people }) => [id, title, people.map(({ name }) => name)])
}

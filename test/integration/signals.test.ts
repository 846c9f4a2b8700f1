import { describe, expect, it } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import { startServer } from '../support/server-process.ts'
import { StockEditor } from '../support/stock-editor.ts'

describe('S3: signals', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('S3: %s drains, saves and exits with 0', async (signal) => {
    await using server = await startServer()
    using editor = new StockEditor(WebsocketProvider, server.webSocketUrl, 'd')
    using other = new StockEditor(WebsocketProvider, server.webSocketUrl, 'd')
    await Promise.all([editor.synced(), other.synced()])
    editor.text.insert(0, 'said just before')
    // The other has it: the server has heard it, whether it is saved yet or not.
    await other.reads('said just before')
    const [closed, end] = await Promise.all([editor.disconnected(), server.kill(signal)])
    expect(closed).toMatchObject({ code: 1012 })
    expect(end).toEqual({ code: 0, signal: null })
    await Promise.all([server.logged('draining'), server.logged('stopped')])
    editor[Symbol.dispose]()
    other[Symbol.dispose]()
    await server.restart()
    using fresh = new StockEditor(WebsocketProvider, server.webSocketUrl, 'd')
    await fresh.reads('said just before')
  })

  it.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
  ] as const)('S3: %s and then %s ends at once, in the middle of a drain', async (first, second) => {
    await using server = await startServer({ args: ['--drain-window', '600000'] })
    using editor = new StockEditor(WebsocketProvider, server.webSocketUrl, 'd')
    using other = new StockEditor(WebsocketProvider, server.webSocketUrl, 'd')
    await Promise.all([editor.synced(), other.synced()])
    const ended = server.kill(first)
    await server.logged('draining')
    await server.kill(second)
    expect(await ended).toEqual({ code: 1, signal: null })
  })
})

describe('S3: a signal that comes early', () => {
  it('S3: as soon as the server says that it listens, it can be asked to stop', async () => {
    await using server = await startServer()
    for (let i = 0; i < 5; i++) {
      expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
      await server.restart()
    }
  })
})

describe('anonymous access', () => {
  it('on a host that others reach is warned about at every start, on loopback it is not', async () => {
    await using open = await startServer({ command: 'serve', args: ['--anonymous', 'read', '--host', '0.0.0.0'] })
    expect(await open.logged('anonymous-access')).toMatchObject({ level: 'warn', host: '0.0.0.0', anonymous: 'read' })
    await open.kill('SIGTERM')
    await open.restart()
    await open.logged('anonymous-access')
    expect(await open.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(open.log.filter((line) => line['event'] === 'anonymous-access')).toHaveLength(2)
    await using local = await startServer({ command: 'serve', args: ['--anonymous', 'read'] })
    await local.kill('SIGTERM')
    expect(local.log.map((line) => line['event'])).not.toContain('anonymous-access')
  })
})

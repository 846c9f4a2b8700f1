import { expect, it } from 'vitest'
import { exchange, RawSocket, upgradeRequest } from '../support/raw-socket.ts'
import { startTestServer } from '../support/running-server.ts'

it.each([
  ['a sound one', upgradeRequest('/sync/x?token=secret-token')],
  ['one without a key', upgradeRequest('/sync/x', { 'Sec-WebSocket-Key': undefined })],
  ['one with two slashes', upgradeRequest('//sync/x')],
])('S0: an edge answers %s with who opens documents, in one line', async (_name, request) => {
  await using server = await startTestServer({ role: 'edge' })
  const raw = await exchange(server.port, request)
  expect(raw.status).toBe(404)
  expect(raw.heard).toContain('this node has the role edge and opens no documents')
  expect(server.captured.of('upgrade-refused')).toEqual([expect.objectContaining({ level: 'warn', status: 404 })])
  expect(server.captured.text).not.toContain('secret-token')
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('weft_upgrades_refused_total{status="404"} 1\n')
})

it.each([true, false])('S0: one that is broken off (reset: %s) costs an edge nothing', async (reset) => {
  await using server = await startTestServer({ role: 'edge' })
  const raws = await Promise.all(Array.from({ length: 20 }, () => RawSocket.connect(server.port)))
  const gone = raws.map(({ socket }) => new Promise<void>((resolve) => socket.once('close', () => resolve())))
  for (const { socket } of raws) {
    socket.write(upgradeRequest('/sync/x'), () => (reset ? socket.resetAndDestroy() : socket.destroy()))
  }
  await Promise.all(gone)
  expect((await fetch(`${server.url}/api/v1/documents`)).status).toBe(200)
})

/** What people behind a load balancer notice of a node that dies, and of one that is taken out. */
import { describe, expect, it } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import { balancers, LocalCluster } from '../support/local-cluster.ts'
import { SdkWriter } from '../support/sdk-writer.ts'
import { StockEditor } from '../support/stock-editor.ts'

/** So many that chance does not put all of them on one node. */
const ids = Array.from({ length: 32 }, (_, index) => `team/${index}`)

describe.each(balancers)('behind %s', (balancer) => {
  it.each([
    ['L1: a node is killed', 'SIGKILL', 'by SIGKILL'],
    ['S3: a node is asked to stop', 'SIGTERM', 'with code 0'],
  ] as const)(
    '%s: who was on it writes on at the other, and all that was saved is there',
    async (_what, signal, how) => {
      await using cluster = await LocalCluster.start({ balancer, env: { WEFT_DRAIN_WINDOW: '500' } })
      const people = ids.map((id) => new SdkWriter(cluster.url, id))
      await Promise.all(people.map((person) => person.write('before')))

      process.kill(cluster.pid('node 1'), signal)
      await cluster.says(new RegExp(`^node 1 ended ${how}$`))
      await Promise.all(people.map((person) => person.write('after, ')))

      const sentAway = people.filter(({ shown }) => shown.includes('offline'))
      expect(sentAway.length).toBeGreaterThan(0)
      expect(sentAway.length).toBeLessThan(people.length)
      expect(people.filter(({ shown }) => shown.includes('refused'))).toEqual([])
      await Promise.all(people.map((person) => person[Symbol.asyncDispose]()))
      for (const id of ids) {
        using fresh = new StockEditor(WebsocketProvider, cluster.webSocketUrl, id)
        await fresh.synced()
        expect(fresh.text.toString()).toBe('after, before')
      }
    },
  )

  it('no log has a token in it, also where a node does not answer', async () => {
    await using cluster = await LocalCluster.start({ balancer })
    process.kill(cluster.pid('node 1'), 'SIGKILL')
    await cluster.says(/^node 1 ended/)
    for (const id of ids) await refusedWith(`${cluster.webSocketUrl}/sync/${id}?token=hush-1`, 'bearer.hush-2')
    await fetch(`${cluster.url}/api/v1/documents?token=hush-3`, { headers: { authorization: 'Bearer hush-4' } })
    await cluster.stop()

    const logs = (await cluster.logs()).join('\n')
    for (const id of ids) expect(logs).toContain(`/sync/${id}`)
    expect(logs).toContain('/api/v1/documents')
    expect(logs).not.toContain('hush-')
  })
})

/** Resolves when a connection with a token that does not hold is over, with the close code that says so. */
async function refusedWith(url: string, subprotocol: string): Promise<void> {
  const socket = new WebSocket(url, subprotocol)
  const code = await new Promise<number>((resolve) => {
    socket.addEventListener('close', (event) => resolve(event.code))
  })
  expect(code).toBe(4401)
}

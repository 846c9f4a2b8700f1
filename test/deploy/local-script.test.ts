import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import { LocalCluster, runToEnd } from '../support/local-cluster.ts'
import { SdkWriter } from '../support/sdk-writer.ts'
import { StockEditor } from '../support/stock-editor.ts'

const noDrain = { WEFT_DRAIN_WINDOW: '0' }

describe('deploy/local/start.mjs', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'on %s stops everything, Redis last, and leaves no process',
    async (signal) => {
      await using cluster = await LocalCluster.start({ env: noDrain })
      await using person = new SdkWriter(cluster.url, 'd')
      await person.write('text')
      expect(cluster.pids).toHaveLength(4)
      expect(await cluster.stop(signal)).toBe(0)

      const ends = cluster.printed.filter((line) => line.includes(' ended '))
      const parts = ['Redis', 'balancer', 'node 1', 'node 2']
      expect(ends.toSorted()).toEqual(parts.map((part) => `${part} ended with code 0`))
      expect(ends.at(-1)).toMatch(/^Redis/)
      expect(cluster.pids.filter(isRunning)).toEqual([])
    },
  )

  it('asked a second time, ends everything at once', async () => {
    await using cluster = await LocalCluster.start({ env: { WEFT_DRAIN_WINDOW: '600000' } })
    await using one = new SdkWriter(cluster.url, 'd')
    await using other = new SdkWriter(cluster.url, 'd')
    await Promise.all([one.write('text'), other.write('text')])
    const stopped = cluster.stop()
    await cluster.says(/^Stopping/)
    await Promise.all([stopped, cluster.stop()])
    expect(cluster.printed).toContain('Redis ended by SIGKILL')
    expect(cluster.pids.filter(isRunning)).toEqual([])
  })

  it('started again on its folder, has what was written', async () => {
    await using first = await LocalCluster.start({ env: noDrain })
    await using person = new SdkWriter(first.url, 'd')
    await person.write('text')
    await first.stop()
    await using second = await LocalCluster.start({ env: noDrain, folder: first.folder })
    using fresh = new StockEditor(WebsocketProvider, second.webSocketUrl, 'd')
    await fresh.synced()
    expect(fresh.text.toString()).toBe('text')
  })

  it('goes on with one node, and stops where none is left', async () => {
    await using cluster = await LocalCluster.start({ env: noDrain })
    process.kill(cluster.pid('node 1'), 'SIGKILL')
    await cluster.says(/^node 1 ended by SIGKILL$/)
    expect((await fetch(`${cluster.url}/api/v1/documents`)).status).toBe(200)
    process.kill(cluster.pid('node 2'), 'SIGKILL')
    await cluster.says(/^Stopping, since no node is left\.$/)
    expect(await cluster.ended).toBe(1)
    expect(cluster.pids.filter(isRunning)).toEqual([])
  })

  it('takes no folder that another one runs on, and no port that is taken', async () => {
    await using cluster = await LocalCluster.start({ env: noDrain })
    const second = await runToEnd(['--port', '0', '--folder', cluster.folder])
    expect(second).toEqual({
      code: 1,
      printed: expect.stringMatching(/^A Redis already runs on this folder .*--folder/),
    })
    const { port } = new URL(cluster.url)
    const taken = await runToEnd(['--port', port, '--folder', join(cluster.folder, 'other')])
    expect(taken).toEqual({ code: 1, printed: `Port ${port} is not free: choose another with --port.\n` })
    expect(await cluster.stop()).toBe(0)
  })

  // Any program stands for one that is there.
  it.each([
    ['Redis', 'nginx', { REDIS_SERVER: '' }, /^Redis is not installed: .*apt-get install redis-server.*REDIS_SERVER/],
    [
      'Caddy',
      'caddy',
      { CADDY: '', REDIS_SERVER: process.execPath },
      /^Caddy is not installed: .*apt-get install caddy/,
    ],
    [
      'the nginx that was named',
      'nginx',
      { NGINX: '/none', REDIS_SERVER: process.execPath },
      /^NGINX is \/none, which is/,
    ],
  ])('says what to do without %s', async (_name, balancer, env, words) => {
    const { code, printed } = await runToEnd(['--port', '0', '--balancer', balancer], { ...env, PATH: '' })
    expect({ code, printed }).toEqual({ code: 1, printed: expect.stringMatching(words) })
    expect(printed.trim().split('\n')).toHaveLength(1)
  })

  it('says which part did not start, why, and where its log is', async () => {
    await using cluster = await LocalCluster.start({ env: noDrain })
    await cluster.stop()
    const args = ['--port', '0', '--folder', cluster.folder]
    const noBalancer = await runToEnd(args, { NGINX: process.execPath })
    expect(noBalancer.code).toBe(1)
    expect(noBalancer.printed).toMatch(/^balancer ended with code \d+: .+ \(full log: .*balancer\.log\)\n$/)
    const noRedis = await runToEnd(args, { REDIS_SERVER: process.execPath })
    expect(noRedis.code).toBe(1)
    expect(noRedis.printed).toMatch(/^Redis ended with code \d+: .+ \(full log: .*redis\.log\)\n$/)
  })

  it.each([
    [['--port', '70000'], /^--port takes/],
    [['--balancer', 'apache'], /^--balancer takes/],
    [['--nodes', '9'], /'--nodes'/],
  ])('says what it takes: %j', async (args, words) => {
    expect(await runToEnd(args)).toEqual({ code: 1, printed: expect.stringMatching(words) })
  })
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

import { describe, expect, it } from 'vitest'
import { AddressRules } from '../../src/webhooks/address-rules.ts'
import { poster, refusedReceiver } from '../../src/webhooks/post.ts'
import { startReceiver } from '../support/receiver.ts'

const loopback = new AddressRules(['loopback'])
const posting = { headers: { 'webhook-id': 'msg_1' }, body: '{"text":"Zoë"}' }

describe('posting', () => {
  it('sends body and headers, and says what was answered', async () => {
    await using to = await startReceiver((_request, response) => response.writeHead(204).end())
    expect(await poster(loopback)({ url: `http://127.0.0.1:${to.port}/hook?x=1`, ...posting })).toEqual({
      status: 204,
      error: '',
    })
    const [heard] = to.heard
    expect([heard?.method, heard?.url, heard?.headers['webhook-id'], heard?.body]).toEqual([
      'POST',
      '/hook?x=1',
      'msg_1',
      posting.body,
    ])
  })

  it.each([301, 307, 400, 500])('%i is a failure, and nothing else is asked for', async (status) => {
    await using to = await startReceiver((_request, response) =>
      response.writeHead(status, { location: '/elsewhere' }).end(),
    )
    const posted = await poster(loopback)({ url: `http://127.0.0.1:${to.port}/`, ...posting })
    expect(posted).toEqual({ status, error: expect.stringMatching(/^it answered/) })
    expect(to.heard).toHaveLength(1)
  })

  it('does not send to a private address, whatever it is written as', async () => {
    await using to = await startReceiver((_request, response) => response.end())
    const post = poster(new AddressRules([]))
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', 'localhost']) {
      const posted = await post({ url: `http://${host}:${to.port}/`, ...posting })
      expect(posted, host).toEqual({ status: 0, error: expect.stringContaining('--webhook-networks') })
    }
    expect(to.heard).toEqual([])
  })

  it('connects to the address that was looked at, though the name leads elsewhere a moment later', async () => {
    await using to = await startReceiver((_request, response) => response.end())
    const answers = ['127.0.0.1', '127.0.0.9']
    let asked = 0
    const resolve = (): Promise<{ address: string; family: number }[]> =>
      Promise.resolve([{ address: answers[asked++] ?? '', family: 4 }])
    const posted = await poster(new AddressRules(['127.0.0.1']), { resolve })({
      url: `http://receiver.example:${to.port}/`,
      ...posting,
    })
    expect([posted.status, asked]).toEqual([200, 1])
    expect(to.heard[0]?.headers.host).toBe(`receiver.example:${to.port}`)
    // The same name, led to what is not allowed.
    const again = await poster(new AddressRules(['127.0.0.1']), { resolve })({
      url: `http://receiver.example:${to.port}/`,
      ...posting,
    })
    expect([again.status, to.heard.length]).toEqual([0, 1])
  })

  it('reads so much of an answer and no more', async () => {
    await using to = await startReceiver((_request, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(16_384)));
        response.once('drain', more)
      }
      more()
    })
    expect(await poster(loopback)({ url: `http://127.0.0.1:${to.port}/`, ...posting })).toEqual({
      status: 200,
      error: '',
    })
  })

  it('gives up on who does not answer, or only begins to', async () => {
    await using silent = await startReceiver(() => {})
    await using slow = await startReceiver((_request, response) => response.write('x'))
    for (const { port } of [silent, slow]) {
      const posted = await poster(loopback, { timeout: 100 })({ url: `http://127.0.0.1:${port}/`, ...posting })
      expect(posted).toEqual({ status: 0, error: expect.stringContaining('it took longer') })
    }
  })

  it('says what went wrong', async () => {
    const to = await startReceiver(() => {})
    const url = `http://127.0.0.1:${to.port}/`
    await to[Symbol.asyncDispose]()
    expect(await poster(loopback)({ url, ...posting })).toEqual({ status: 0, error: 'ECONNREFUSED' })
    const nowhere = poster(loopback, { resolve: () => Promise.resolve([]) })
    expect(await nowhere({ url: 'http://nowhere.example/', ...posting })).toEqual({
      status: 0,
      error: 'nowhere.example has no address',
    })
  })

  it('says of an address in a URL at once that nothing will be sent there', () => {
    const rules = new AddressRules([])
    for (const host of ['127.0.0.1', '[::1]', '2130706433', '169.254.169.254']) {
      expect(refusedReceiver(rules, `http://${host}:8080/`)).toContain('--webhook-networks')
    }
    for (const host of ['1.1.1.1', 'receiver.example', 'localhost']) {
      expect(refusedReceiver(rules, `http://${host}/`)).toBeUndefined()
    }
  })
})

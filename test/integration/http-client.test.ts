/** `@weft/client/http` against a real server. */
import { createWeftHttp, WeftHttpError } from '@weft/client/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenWith } from '../../packages/server/test/support/tokens.ts'
import { generatedClient } from '../../tools/generate/generated-client.ts'
import { readFile } from '../architecture/source-tree.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

const secret = 'hush-of-more-than-thirty-two-characters'

const tokenOf = (role: string): Promise<string> =>
  tokenWith({ secret, header: { kid: 'k1' }, claims: { access: [{ documents: 'team-a/*', role }] } })

describe('the typed client of the HTTP API', () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServer({ command: 'serve', store: 'memory:', env: { WEFT_AUTH_SECRET: `k1=${secret}` } })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  it('is as the server’s own document says: `npm run generate` writes it', async () => {
    for (const [path, text] of await generatedClient()) expect(readFile(path), path).toBe(text)
  })

  it('creates, lists, shows and changes documents, with slashes in their ids', async () => {
    const weft = createWeftHttp({ url: `${server.url}/`, token: await tokenOf('write') })
    const created = await weft.createDocument({ id: 'team-a/plan-more', title: 'Plan' })
    expect(created).toMatchObject({ id: 'team-a/plan-more', title: 'Plan' })
    expect(await weft.changeDocument({ id: created.id }, { title: 'Käse & Brot' })).toMatchObject({
      title: 'Käse & Brot',
    })
    expect(await weft.showDocument({ id: created.id })).toMatchObject({ title: 'Käse & Brot' })
    await weft.createDocument({ id: 'team-a/zebra' })
    const first = await weft.listDocuments({ order: 'name', limit: 1, prefix: 'team-a/' })
    expect(first.documents.map(({ id }) => id)).toEqual(['team-a/plan-more'])
    if (first.next === null) throw new Error('there is a second page')
    const second = await weft.listDocuments({ order: 'name', limit: 1, prefix: 'team-a/', cursor: first.next })
    expect(second).toMatchObject({ documents: [{ id: 'team-a/zebra' }], next: null })
  })

  it('throws what the server says, by its kind', async () => {
    const reader = createWeftHttp({ url: server.url, token: await tokenOf('read') })
    const missing = await reader.showDocument({ id: 'team-a/nope' }).catch((error: unknown) => error)
    expect(missing).toBeInstanceOf(WeftHttpError)
    expect(missing).toMatchObject({
      kind: 'not-found',
      status: 404,
      message: 'document team-a/nope does not exist',
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    })
    await expect(reader.createDocument({ id: 'team-a/x' })).rejects.toMatchObject({ kind: 'forbidden', status: 403 })
    await expect(reader.listDocuments({ limit: 0 })).rejects.toMatchObject({
      kind: 'invalid-request',
      errors: [{ field: 'limit', message: expect.any(String) }],
    })
    await expect(createWeftHttp({ url: server.url }).listDocuments()).rejects.toMatchObject({ kind: 'unauthorized' })
  })

  it('asks for another token where one does not hold, and no more than once', async () => {
    const old = await tokenWith({ secret, header: { kid: 'k1' }, claims: { exp: 1_000_000_000 } })
    const given = [old, await tokenOf('read')]
    const weft = createWeftHttp({ url: server.url, token: () => given.shift() ?? old })
    expect(await weft.listDocuments()).toMatchObject({ next: null })
    expect(await weft.listDocuments()).toMatchObject({ next: null })
    expect(given).toEqual([])
    const never = createWeftHttp({ url: server.url, token: () => old })
    await expect(never.listDocuments()).rejects.toMatchObject({ kind: 'unauthorized', status: 401 })
  })

  it('shows the answer’s headers, and gives up when it is told to', async () => {
    const weft = createWeftHttp({ url: server.url, token: await tokenOf('write') })
    const seen: (string | null)[] = []
    const onResponse = ({ headers }: Response): unknown => seen.push(headers.get('location'))
    await weft.createDocument({ id: 'team-a/located' }, { onResponse })
    expect(seen).toEqual(['/api/v1/documents/team-a%2Flocated'])
    await expect(weft.listDocuments({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('needs no token for how the server is, and gives a body that is no JSON unread', async () => {
    const weft = createWeftHttp({ url: server.url })
    expect(await weft.readReadiness()).toEqual({ ready: true, store: 'ok', draining: false })
    expect(await (await weft.readMetrics()).text()).toContain('weft_')
  })
})

import { createHash, randomBytes } from 'node:crypto'
import { MemoryStore } from '@weft/persistence'
import { fileListSchema, fileSummarySchema, type Problem } from '@weft/protocol/http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningServer, startTestServer } from '../../support/running-server.ts'

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), randomBytes(600_000)])
const hash = createHash('sha256').update(png).digest('hex')

/** A body whose length nobody says. */
function streamed(parts: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await parts.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
  })
}

describe('files of documents over HTTP', () => {
  let store: MemoryStore
  let server: RunningServer
  beforeEach(async () => {
    store = new MemoryStore()
    await store.catalog.create({ id: 'team/plan', title: '', createdBy: 'someone', at: 1 })
    server = await startTestServer({ openStore: store, anonymous: 'admin', maxFileSize: 1, maxFilesSize: 2 })
  })
  afterEach(() => server[Symbol.asyncDispose]())

  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${server.url}/api/v1/documents/team%2Fplan/files${path}`, init)
  const put = (content: Uint8Array, type: string, query = ''): Promise<Response> =>
    ask(query, { method: 'POST', body: Buffer.from(content), headers: { 'content-type': type } })
  const kindOf = async (response: Response): Promise<string> => {
    const { type }: Problem = await response.json()
    return `${response.status} ${type}`
  }

  it('are put, listed, read and removed', async () => {
    const made = await put(png, 'image/png', '?name=Skizze%20%E2%80%9Ca%E2%80%9D.png')
    expect(made.status).toBe(201)
    const path = `/api/v1/documents/team%2Fplan/files/${hash}`
    expect(made.headers.get('location')).toBe(path)
    const file = fileSummarySchema.parse(await made.json())
    expect(file).toMatchObject({ hash, name: 'Skizze “a”.png', type: 'image/png', bytes: png.byteLength, path })
    expect(file.createdBy).toMatch(/^anonymous-/)
    const again = await put(png, 'image/png', '?name=other.png')
    expect([again.status, await again.json()]).toEqual([200, file])
    expect(fileListSchema.parse(await (await ask('')).json())).toEqual({ files: [file] })

    const read = await fetch(server.url + path)
    expect(Buffer.from(await read.arrayBuffer()).equals(png)).toBe(true)
    expect(Object.fromEntries(read.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(png.byteLength),
      'content-disposition': `inline; filename="Skizze _a_.png"; filename*=UTF-8''Skizze%20%E2%80%9Ca%E2%80%9D.png`,
      etag: `"${hash}"`,
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    })
    expect(read.headers.get('vary')).toContain('Authorization')
    const head = await ask(`/${hash}`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(png.byteLength)])

    expect((await ask(`/${hash}`, { method: 'DELETE' })).status).toBe(204)
    expect(await kindOf(await ask(`/${hash}`, { method: 'DELETE' }))).toBe('404 /problems/not-found')
    expect(await kindOf(await ask(`/${hash}`))).toBe('404 /problems/not-found')
    expect(await kindOf(await ask('/nonsense'))).toBe('404 /problems/not-found')
    expect(await (await ask('')).json()).toEqual({ files: [] })
  })

  it('are not sent to whoever has them, and in the part that is asked for', async () => {
    await put(png, 'image/png')
    const known = await ask(`/${hash}`, { headers: { 'if-none-match': `"x", W/"${hash}"` } })
    expect([known.status, await known.text()]).toEqual([304, ''])
    for (const [range, start, end] of [
      ['bytes=0-9', 0, 10],
      ['bytes=262140-262149', 262_140, 262_150],
      ['bytes=-7', png.byteLength - 7, png.byteLength],
    ] as const) {
      const part = await ask(`/${hash}`, { headers: { range } })
      expect(part.status).toBe(206)
      expect(part.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${png.byteLength}`)
      expect(Buffer.from(await part.arrayBuffer()).equals(png.subarray(start, end))).toBe(true)
    }
    const beyond = await ask(`/${hash}`, { headers: { range: `bytes=${png.byteLength}-` } })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${png.byteLength}`])
    const older = await ask(`/${hash}`, { headers: { range: 'bytes=0-9', 'if-range': '"another"' } })
    expect([older.status, (await older.arrayBuffer()).byteLength]).toEqual([200, png.byteLength])
  })

  it.each([
    ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['text/html', '<script>alert(1)</script>'],
    ['application/pdf', '%PDF-1.7'],
    ['application/octet-stream', 'anything'],
  ])('%s is downloaded and can run nothing', async (type, content) => {
    const { path } = fileSummarySchema.parse(await (await put(Buffer.from(content), type)).json())
    const { headers } = await fetch(server.url + path)
    expect(headers.get('content-type')).toBe(type)
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="file"/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*; sandbox$/)
  })

  it('what is not what it says, is too large, too much or badly named is refused, and nothing kept', async () => {
    expect(await kindOf(await put(Buffer.from('<html>'), 'image/png'))).toBe('415 /problems/type-mismatch')
    expect(await kindOf(await put(png, 'text/plain'))).toBe('415 /problems/type-mismatch')
    expect(await kindOf(await put(Buffer.alloc(1_048_577), 'text/plain'))).toBe('413 /problems/message-too-large')
    for (const name of ['a/b', 'a%5Cb', 'a%0Ab', '', 'x'.repeat(256)]) {
      expect(await kindOf(await put(png, 'image/png', `?name=${name}`))).toBe('400 /problems/invalid-request')
    }
    expect(await store.files.list('team/plan')).toEqual([])
    for (const _ of [1, 2]) expect((await put(randomBytes(900_000), 'text/plain')).status).toBe(201)
    expect(await kindOf(await put(randomBytes(900_000), 'text/plain'))).toBe('409 /problems/files-full')
    expect(await store.files.list('team/plan')).toHaveLength(2)
  })

  it('one whose length is not said is read as far as it may be', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(100_000)
    }
    const body = streamed(endless())
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' }
    // The server may end the connection before its answer is read, since nobody would ever finish sending.
    const answer = await ask('', init).then(kindOf, () => '413 /problems/message-too-large')
    expect(answer).toBe('413 /problems/message-too-large')
    expect(await store.files.list('team/plan')).toEqual([])
    async function* short(): AsyncGenerator<Uint8Array> {
      yield png.subarray(0, 100)
      yield png.subarray(100)
    }
    const whole: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      body: streamed(short()),
      duplex: 'half',
    }
    expect(await (await ask('', whole)).json()).toMatchObject({ hash, type: 'image/png' })
  })

  it('are out of reach in the trash, and gone with their document', async () => {
    await put(png, 'image/png')
    const document = `${server.url}/api/v1/documents/team%2Fplan`
    await fetch(document, { method: 'DELETE' })
    for (const response of [await ask(''), await ask(`/${hash}`), await put(png, 'image/png')]) {
      expect(await kindOf(response)).toBe('410 /problems/trashed')
    }
    await fetch(`${document}/restore`, { method: 'POST' })
    expect((await ask(`/${hash}`)).status).toBe(200)
    await fetch(`${document}?forever`, { method: 'DELETE' })
    expect(await kindOf(await ask(`/${hash}`))).toBe('410 /problems/deleted')
  })
})

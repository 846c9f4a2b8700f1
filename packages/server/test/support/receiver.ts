import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'

/** What a receiver was sent. */
export interface Heard {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A real receiver of webhooks, on loopback. */
export interface Receiver extends AsyncDisposable {
  readonly port: number
  readonly heard: readonly Heard[]
  /** Resolves with the first thing heard that fits, past ones included. */
  hears(fits: (heard: Heard) => boolean): Promise<Heard>
}

/** Starts one. `answer` is asked for each request, once all of it is there. */
export async function startReceiver(
  answer: RequestListener = (_request, response) => response.end(),
): Promise<Receiver> {
  const heard: Heard[] = []
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      heard.push({ method: request.method, url: request.url, headers: request.headers, body })
      for (const wake of waiting) wake()
      answer(request, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    heard,
    hears: async (fits) => {
      for (;;) {
        const found = heard.find(fits)
        if (found !== undefined) return found
        await new Promise<void>((resolve) => waiting.add(resolve))
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A client of the HTTP API as a back end is one: it keeps its connections, and knows when an answer was there. */
import { Agent, request } from 'node:http'

/** An answer, read whole. */
export interface TimedAnswer {
  readonly text: string
  /** From the request to the last byte. */
  readonly milliseconds: number
}

/** Connections to one server that are kept; `using` it. */
export class KeepAlive implements Disposable {
  readonly #server: string
  readonly #agent: Agent

  /** @param connections how many at most */
  constructor(server: string, connections = 1) {
    this.#server = server
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  /** @throws Error for any answer but 200 */
  async get(path: string, token?: string): Promise<TimedAnswer> {
    const begun = performance.now()
    const answered = Promise.withResolvers<string>()
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    request(`${this.#server}${path}`, { agent: this.#agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => (text += piece))
      response.once('error', answered.reject)
      response.once('end', () => {
        if (response.statusCode === 200) answered.resolve(text)
        else answered.reject(new Error(`GET ${path}: ${response.statusCode} ${text}`))
      })
    })
      .once('error', answered.reject)
      .end()
    const text = await answered.promise
    return { text, milliseconds: performance.now() - begun }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}

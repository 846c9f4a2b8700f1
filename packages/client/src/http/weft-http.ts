import { methodsBy, type WeftHttp } from './methods.generated.ts'
import { callBy } from './call.ts'

/** Where the API is, and who asks. */
export interface WeftHttpOptions {
  /** The server's base, such as `https://docs.example.org`, a path prefix included; empty for the page's own server. */
  readonly url: string
  /**
   * A token, or a function that fetches one. A function is asked at the first request, and once more when the server says that
   * its token does not hold; the request is then repeated.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined
  /** Instead of the platform's own. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/**
 * The HTTP API as methods, in Node and in browsers.
 *
 * @example
 * const weft = createWeftHttp({ url: 'http://127.0.0.1:8787', token })
 * const { documents } = await weft.listDocuments({ prefix: 'team-a/' })
 * @throws TypeError where the URL is none of a server. Its methods throw `WeftHttpError`
 */
export function createWeftHttp({ url, token, fetch = globalThis.fetch }: WeftHttpOptions): WeftHttp {
  return methodsBy(
    callBy({
      base: baseOf(url),
      token: tokens(token),
      renews: typeof token === 'function',
      fetch: (...all) => fetch(...all),
    }),
  )
}

function baseOf(url: string): string {
  if (url === '') return ''
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.search !== '' || parsed.hash !== '') {
    throw new TypeError(
      `url must be the server's base such as https://example.org or http://127.0.0.1:8787, without ? or #; it is ${JSON.stringify(url)}`,
    )
  }
  return parsed.origin + parsed.pathname.replace(/\/+$/, '')
}

/** Remembers what a function fetched; whoever asks meanwhile waits for the same. */
function tokens(token: WeftHttpOptions['token']): (again: boolean) => Promise<string | undefined> {
  if (typeof token !== 'function') return () => Promise.resolve(token)
  let held: Promise<string> | undefined
  const fetched = async (): Promise<string> => await token()
  return async (again) => {
    if (again || held === undefined) held = fetched()
    const mine = held
    try {
      return await mine
    } catch (error) {
      // It is asked anew the next time.
      if (held === mine) held = undefined
      throw error
    }
  }
}

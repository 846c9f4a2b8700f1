import { lookup } from 'node:dns/promises'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { AddressRules } from './address-rules.ts'

/** How long a receiver may take for all of it, in milliseconds. */
const patience = 15_000
/** What is read of an answer, in bytes: only its status counts. */
const maxAnswerBytes = 16 * 1024

/** What is sent to whom. */
export interface Posting {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** How a receiver answered; status 0 and why, where it did not. */
export interface Posted {
  readonly status: number
  readonly error: string
}

/** Sends something and says how it ended. Never rejects. */
export type Post = (posting: Posting) => Promise<Posted>

/**
 * Why nothing may ever be sent to a URL, as far as it says itself by an address in it. A name may lead elsewhere at any time, so
 * it is looked at when something is sent.
 */
export function refusedReceiver(rules: AddressRules, url: string): string | undefined {
  const host = hostOf(new URL(url))
  return isIP(host) === 0 || rules.allows(host) ? undefined : refusal(host, 1)
}

/** What a poster is made with in tests. */
export interface PosterOptions {
  /** Looks a name up. */
  readonly resolve?: (host: string) => Promise<readonly Address[]>
  /** Milliseconds. */
  readonly timeout?: number
}

interface Address {
  readonly address: string
  readonly family: number
}

/**
 * Posts to addresses that the rules allow. A name is looked up for each posting, and the connection goes to the address that was
 * looked at: a name that leads elsewhere a moment later changes nothing. Redirections are not followed.
 */
export function poster(rules: AddressRules, options: PosterOptions = {}): Post {
  const { resolve = (host): Promise<Address[]> => lookup(host, { all: true }), timeout = patience } = options
  return async ({ url, headers, body }) => {
    try {
      const target = new URL(url)
      const host = hostOf(target)
      const addresses = isIP(host) === 0 ? await resolve(host) : [{ address: host, family: isIP(host) }]
      const allowed = addresses.find(({ address }) => rules.allows(address))
      if (allowed === undefined) return { status: 0, error: refusal(host, addresses.length) }
      return await send(target, headers, body, allowed, timeout)
    } catch (error) {
      return { status: 0, error: reasonOf(error, timeout) }
    }
  }
}

/** An address of IPv6 stands in brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

function refusal(host: string, found: number): string {
  if (found === 0) return `${host} has no address`
  return `${host} leads to a private address: whoever runs the server may allow it with --webhook-networks`
}

function send(
  target: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  { address, family }: Address,
  timeout: number,
): Promise<Posted> {
  const pinned: LookupFunction = (_host, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }])
    else callback(null, address, family)
  }
  return new Promise((resolve, reject) => {
    const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'Weft' },
      lookup: pinned,
      // No connection is kept: the next posting looks the name up again.
      agent: false,
      signal: AbortSignal.timeout(timeout),
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const { statusCode: status = 0 } = response
      const answered = (): void => resolve({ status, error: errorOf(status) })
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength
        if (bytes <= maxAnswerBytes) return
        answered()
        response.destroy()
      })
      response.on('end', answered)
      response.on('error', reject)
    })
    request.end(body)
  })
}

function errorOf(status: number): string {
  if (status >= 200 && status < 300) return ''
  if (status >= 300 && status < 400) return 'it answered with a redirection, which is not followed'
  return `it answered ${status}`
}

function reasonOf(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return `it took longer than ${timeout / 1000} s`
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

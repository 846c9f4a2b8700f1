import { createWeftHttp, type WeftHttp, WeftHttpError } from '@weft/client/http'
import { linkToken } from './link-token.ts'

/** The API of this page's own server, asked by whoever the page's address says that one is. */
export function weftHttp(): WeftHttp {
  return createWeftHttp({ url: '', token: linkToken() })
}

/** Why a request did not do what was asked, as a sentence that can be shown. */
export function problemText(error: unknown): string {
  if (error instanceof WeftHttpError && error.kind === 'unreachable') return 'The server cannot be reached.'
  const text = error instanceof Error ? error.message : String(error)
  const sentence = text.slice(0, 1).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
}

import { createWeftHttp, type WeftHttp, WeftHttpError } from '@weft/client/http'
import { CommandFailure } from '../backup/command-failure.ts'
import type { ApiConfig } from '../config/api-settings.ts'

/**
 * Has a command ask a server's API.
 *
 * @throws CommandFailure a line that says what to do
 */
export async function askApi<Result>(api: ApiConfig, ask: (weft: WeftHttp) => Promise<Result>): Promise<Result> {
  try {
    return await ask(createWeftHttp({ url: api.url, token: api.token }))
  } catch (error) {
    if (error instanceof WeftHttpError) throw new CommandFailure(`${error.message}${advice(error, api)}`)
    throw error
  }
}

/** JSON, as a program reads it and a person too. */
export function asJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

/** What the message does not say yet, since only a command line has flags. */
function advice({ kind }: WeftHttpError, { token }: ApiConfig): string {
  if (kind === 'unreachable') return ' Name another with --url or WEFT_URL.'
  if (kind === 'unauthorized' && token === undefined)
    return ' Give one with --token or WEFT_TOKEN; weft token makes one.'
  return ''
}

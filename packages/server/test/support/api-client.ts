import { noTokens } from '../../src/auth/auth-config.ts'
import type { Config } from '../../src/config/settings.ts'
import type { RunningServer } from './running-server.ts'
import { testSecret, tokenWith } from './tokens.ts'

/** Settings of a server that lets in whoever has a token of the tests', and nobody else. */
export const withTokens: Pick<Config, 'anonymous' | 'auth'> = {
  anonymous: 'none',
  auth: { ...noTokens, secrets: [{ kid: undefined, text: testSecret }] },
}

/** A token of a role on documents. */
export function tokenFor(documents: string, role: 'read' | 'write' | 'admin', subject = 'ada'): Promise<string> {
  return tokenWith({
    claims: Object.fromEntries([
      ['sub', subject],
      ['access', [{ documents, role }]],
    ]),
  })
}

/** Asks a server's API; `path` is what follows `/api/v1`. */
export function callApi(
  { url }: Pick<RunningServer, 'url'>,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<Response> {
  return fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

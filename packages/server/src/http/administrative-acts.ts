/**
 * Which requests are acts of administration, and what the trail calls them.
 *
 * @module
 */

/** A request that did something. */
export interface DoneRequest {
  readonly method: string
  /** Under `/api/v1/`, as it was asked for. */
  readonly path: string
  readonly query: URLSearchParams
  readonly status: number
}

/** What was done to what. */
export interface FoundAct {
  readonly act: string
  readonly document: string | undefined
  readonly target: string | undefined
}

/** A path by its segments; `:document` and `:target` stand for what was named there. Undefined: writing, and no administration. */
const acts: readonly (readonly [
  method: string,
  path: string,
  act: ((done: DoneRequest) => string | undefined) | undefined,
])[] = [
  ['POST', 'documents', () => 'document.create'],
  ['DELETE', 'documents/:document', ({ query }) => (query.has('forever') ? 'document.erase' : 'document.delete')],
  ['PATCH', 'documents/:document', undefined],
  ['POST', 'documents/:document/copy', () => 'document.copy'],
  ['POST', 'documents/:document/restore', () => 'document.restore'],
  ['POST', 'documents/:document/content', undefined],
  ['POST', 'documents/:document/updates', undefined],
  ['DELETE', 'documents/:document/members/:target', () => 'member.remove'],
  ['POST', 'documents/:document/links', () => 'link.create'],
  ['DELETE', 'documents/:document/links/:target', () => 'link.delete'],
  ['POST', 'documents/:document/files', undefined],
  ['POST', 'documents/:document/files/:target/address', undefined],
  ['DELETE', 'documents/:document/files/:target', () => 'file.delete'],
  ['POST', 'tokens', () => 'token.create'],
  ['POST', 'tokens/inspect', undefined],
  // A dry run is answered with 200, and does nothing.
  ['POST', 'revocations', ({ status }) => (status === 201 ? 'revocation.create' : undefined)],
  ['POST', 'webhooks', () => 'webhook.create'],
  ['DELETE', 'webhooks/:target', () => 'webhook.delete'],
  ['POST', 'webhooks/:target/deliveries/:delivery/retry', () => 'webhook.retry'],
  ['POST', 'export', () => 'export'],
  ['POST', 'import', () => 'import'],
]

/**
 * The act of a request that was answered well; undefined where it was none. A request that changes something and is not
 * listed above is an act under its own method and path: better said roughly than not at all.
 */
export function actOf(done: DoneRequest): FoundAct | undefined {
  if (done.method === 'GET' || done.method === 'HEAD' || done.method === 'OPTIONS') return undefined
  for (const [method, pattern, act] of acts) {
    const names = method === done.method ? namesIn(pattern, done.path) : undefined
    if (names === undefined) continue
    const word = act?.(done)
    return word === undefined ? undefined : { act: word, document: names.get('document'), target: names.get('target') }
  }
  return { act: `${done.method} ${done.path}`, document: undefined, target: undefined }
}

/** What stands in a path where its pattern has names; undefined where it is of another pattern. */
function namesIn(pattern: string, path: string): Map<string, string> | undefined {
  const [expected, found] = [pattern.split('/'), path.split('/')]
  if (expected.length !== found.length) return undefined
  const names = new Map<string, string>()
  for (const [index, segment] of expected.entries()) {
    const text = found[index] ?? ''
    if (segment.startsWith(':')) names.set(segment.slice(1), decoded(text))
    else if (segment !== text) return undefined
  }
  return names
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

import type { Formats } from '../formats.ts'
import type { NodeRecord } from '../node-registry.ts'

/** Longer texts are not what a node says of itself. */
const maxTextLength = 255

/** The last moment that JavaScript has a date for, in milliseconds since 1970. */
const endOfTime = 8_640_000_000_000_000

/** A node's record as JSON. */
export function encodeNode(node: NodeRecord): string {
  return JSON.stringify(node)
}

/**
 * The record that {@link encodeNode} made a text of, by this version of Weft or another: what it does not know is left out.
 * Undefined for anything else, and for text that is not fit to be shown on a terminal.
 */
export function decodeNode(text: string, id: string): NodeRecord | undefined {
  const fields = fieldsOf(text)
  if (fields === undefined || fields['id'] !== id) return undefined
  const [host, version, role] = ['host', 'version', 'role'].map((name) => textOf(fields[name]))
  const [since, documents, connections, members] = ['since', 'documents', 'connections', 'members'].map((name) =>
    countOf(fields[name]),
  )
  const [pid, formats, name] = [countOf(fields['pid']), formatsOf(fields['formats']), textOf(id)]
  if (name === undefined || host === undefined || version === undefined || role === undefined) return undefined
  if (since === undefined || since > endOfTime || documents === undefined || connections === undefined) return undefined
  if (members === undefined || formats === undefined) return undefined
  return {
    id: name,
    host,
    ...(pid === undefined ? {} : { pid }),
    version,
    role,
    since,
    documents,
    connections,
    members,
    store: fields['store'] === 'lost' ? 'lost' : 'ok',
    formats,
  }
}

function fieldsOf(text: string): Record<string, unknown> | undefined {
  try {
    return recordOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > maxTextLength) return undefined
  return /\p{C}/u.test(value) ? undefined : value
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function formatsOf(value: unknown): Formats | undefined {
  const fields = recordOf(value)
  const [oldest, newest, written] = ['oldest', 'newest', 'written'].map((name) => countOf(fields?.[name]))
  if (oldest === undefined || newest === undefined || written === undefined) return undefined
  return { oldest, newest, written }
}

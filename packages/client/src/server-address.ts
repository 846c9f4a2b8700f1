import { isDocumentId } from '@weft/protocol'

const socketProtocols = new Map([
  ['http:', 'ws:'],
  ['https:', 'wss:'],
  ['ws:', 'ws:'],
  ['wss:', 'wss:'],
])

/**
 * Where a server's documents are opened, without a slash at the end.
 *
 * @param base `http(s)://…` or `ws(s)://…`, a path prefix included
 * @throws TypeError where it is no such URL
 */
export function syncUrl(base: string): string {
  const url = URL.canParse(base) ? new URL(base) : null
  const protocol = url === null ? undefined : socketProtocols.get(url.protocol)
  if (url === null || protocol === undefined || url.search !== '' || url.hash !== '') {
    throw new TypeError(
      `url must be the server's base such as https://example.org or ws://127.0.0.1:8787, without ? or #; it is ${JSON.stringify(base)}`,
    )
  }
  return `${protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}/sync`
}

/**
 * The name of the IndexedDB database for a document: the server is part of it, so that two servers do not mix.
 *
 * @throws TypeError for an id or a URL that is none
 */
export function databaseName(base: string, id: string): string {
  assertDocumentId(id)
  return `weft:${syncUrl(base)}/${id}`
}

/** @throws TypeError where it is no document id */
export function assertDocumentId(id: string): void {
  if (isDocumentId(id)) return
  throw new TypeError(
    `id must be 1 to 256 characters from A-Z a-z 0-9 _ - . : ~ / with no empty, "." or ".." segment; it is ${JSON.stringify(id)}`,
  )
}

/** Longest document id, in characters. */
export const maxDocumentIdLength = 256

const allowed = /^[A-Za-z0-9_\-.:~/]+$/

/**
 * Whether a string is a document id: 1 to 256 characters from `A-Z a-z 0-9 _ - . : ~ /`, with no path
 * segment that is empty, `.` or `..`.
 */
export function isDocumentId(text: string): boolean {
  if (text.length > maxDocumentIdLength || !allowed.test(text)) return false
  return text.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
}

/**
 * The document id that a raw request path names behind a prefix, or undefined where it names none.
 *
 * The rest of the path is percent-decoded exactly once and then checked. It never goes through a URL parser, which
 * would resolve `..` and fold `%2e` before we could see them.
 *
 * @param path the raw path of the request, query string included or not
 * @param prefix what stands before the id, its last slash included, for example `/sync/`
 */
export function documentIdFromPath(path: string, prefix: string): string | undefined {
  if (!path.startsWith(prefix)) return undefined
  const query = path.indexOf('?')
  const raw = path.slice(prefix.length, query === -1 ? undefined : query)
  try {
    const id = decodeURIComponent(raw)
    return isDocumentId(id) ? id : undefined
  } catch {
    return undefined
  }
}

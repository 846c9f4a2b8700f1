/**
 * An index of all documents by time serves a listing of all of them, but not one of those in a folder: their places in it
 * may be far apart. So each document stands in the index once for every scope that it is in: all documents, and each of
 * the first folders of its id. `a/b/c` is in the scopes ``, `a/` and `a/b/`.
 */
const maxScopeDepth = 4

/** The scopes that a document stands in. */
export function scopesOf(id: string): string[] {
  const scopes = ['']
  for (
    let slash = id.indexOf('/');
    slash !== -1 && scopes.length <= maxScopeDepth;
    slash = id.indexOf('/', slash + 1)
  ) {
    scopes.push(id.slice(0, slash + 1))
  }
  return scopes
}

/** The smallest scope that holds every id with a prefix. Where it is the prefix itself, it holds no others. */
export function scopeOfPrefix(prefix: string): string {
  return scopesOf(prefix).at(-1) ?? ''
}

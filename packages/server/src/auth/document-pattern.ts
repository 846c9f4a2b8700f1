import { maxDocumentIdLength } from '@weft/protocol'

const patternCharacters = /^[A-Za-z0-9_\-.:~/*]+$/

/** Whether a text is a pattern of document ids: their characters, and `*`. Any other could fit no id. */
export function isDocumentPattern(text: string): boolean {
  return text.length <= maxDocumentIdLength && patternCharacters.test(text)
}

/**
 * Whether an id fits a pattern, in which `*` stands for any characters, none and slashes included.
 *
 * Each piece between stars is taken where it comes first, which never has to be taken back. A regular expression would try
 * every other place too, and patterns come from tokens.
 */
export function matchesPattern(pattern: string, id: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === id
  if (!id.startsWith(first)) return false
  let end = first.length
  for (const piece of rest) {
    const start = id.indexOf(piece, end)
    if (start === -1) return false
    end = start + piece.length
  }
  return id.length - last.length >= end && id.endsWith(last)
}

/**
 * Whether every id that fits one pattern fits another. A star of the one can only have been taken by a star of the other, since
 * it is no character of ids: whatever stands in its place is taken too.
 */
export function coversPattern(pattern: string, inner: string): boolean {
  return matchesPattern(pattern, inner)
}

/** What every id that fits a pattern begins with. */
export function prefixOfPattern(pattern: string): string {
  const [prefix = ''] = pattern.split('*')
  return prefix
}

/** Whether a pattern is a prefix with stars behind it, so that every id with that prefix fits. */
export function isPrefixPattern(pattern: string): boolean {
  return /^[^*]*\*+$/.test(pattern)
}

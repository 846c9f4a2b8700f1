/** The words of a title, or of what is looked for in titles: in small letters, without accents, each once. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return [...new Set(plain.match(/[\p{L}\p{N}]+/gu) ?? [])]
}

/**
 * Whether a title has, for each of these words, one that begins so.
 *
 * @param wanted as `wordsOf` gives them
 */
export function hasWords(title: string, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true
  const words = wordsOf(title)
  return wanted.every((beginning) => words.some((word) => word.startsWith(beginning)))
}

/** Comes after every word that begins so, in the order of code points and of UTF-8. */
export function afterWords(beginning: string): string {
  return `${beginning}\u{10ffff}`
}

/** Where so many titles have a word, those with all words are looked for in the order that is asked for instead of being sorted. */
export const maxTitlesSorted = 2_000
/** How many documents one page looks at in that order. Past it, it is short (E3). */
export const maxTitlesScanned = 5_000

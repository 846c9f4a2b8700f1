/** The scope of the trash in `by_update`. No folder is named so, since no id holds such a character. */
export const trashScope = '\u{1}trash'

/** What stands in `deleted` of a document that is in the trash since then. */
export function markOfTrash(at: number): number {
  return -1 - at
}

/** Since when a document is in the trash, by what stands in `deleted`; undefined where it is not. */
export function trashedAt(deleted: number | undefined): number | undefined {
  return deleted !== undefined && deleted < 0 ? -1 - deleted : undefined
}

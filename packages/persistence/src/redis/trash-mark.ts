const before = 'trash:'

/**
 * What stands in a head's `deleted` of a document that is in the trash since then. To every script, and to a node that
 * knows of no trash, it is deleted.
 */
export function markOfTrash(at: number): string {
  return `${before}${at}`
}

/** Since when a document is in the trash, by its head's `deleted`; undefined where it is not. */
export function trashedAt(deleted: string | undefined): number | undefined {
  return deleted?.startsWith(before) === true ? Number(deleted.slice(before.length)) : undefined
}

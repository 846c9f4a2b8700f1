import { openDocument, type WeftDocument } from '@weft/client'

/** Where edits are kept in a document: each has a key of its own. */
const field = 'edits'

/** What was written, what of it was called saved, and whether it is there in the end. */
export class SavedEdits {
  #made = 0
  /** Edits that somebody made since they last had nothing unsaved. */
  readonly #unsaved = new Map<WeftDocument, string[]>()
  readonly #saved = new Map<string, string[]>()

  /** Somebody makes one edit. */
  edit(document: WeftDocument): void {
    const key = `edit-${this.#made++}`
    this.#unsavedOf(document).push(key)
    document.doc.getMap(field).set(key, 1)
  }

  /** Reads every document with a fresh client. @returns how many edits were made, called saved, and lost although they were */
  async count(url: string): Promise<{ made: number; saved: number; lost: number }> {
    let [saved, lost] = [0, 0]
    for (const [id, keys] of this.#saved) {
      const reader = openDocument({ url, id })
      await reader.synced
      const map = reader.doc.getMap(field)
      saved += keys.length
      lost += keys.filter((key) => !map.has(key)).length
      await reader.close()
    }
    return { made: this.#made, saved, lost }
  }

  #unsavedOf(document: WeftDocument): string[] {
    const known = this.#unsaved.get(document)
    if (known !== undefined) return known
    const keys: string[] = []
    this.#unsaved.set(document, keys)
    document.subscribe(() => {
      if (document.state.unsaved > 0) return
      const saved = this.#saved.get(document.id) ?? []
      this.#saved.set(document.id, saved)
      saved.push(...keys.splice(0))
    })
    return keys
  }
}

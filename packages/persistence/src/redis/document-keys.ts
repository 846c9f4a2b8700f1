/** What all keys of a store begin with, unless a test has several stores in one Redis. */
export const defaultPrefix = 'weft'

/** The keys of one document. The braces put all of them, and the channel, into one hash slot. */
export class DocumentKeys {
  readonly head: string
  readonly log: string
  readonly meta: string
  /** A channel, not a key. */
  readonly relay: string
  readonly #base: string

  constructor(prefix: string, document: string) {
    this.#base = `${prefix}:{${document}}`
    this.head = `${this.#base}:head`
    this.log = `${this.#base}:log`
    this.meta = `${this.#base}:meta`
    this.relay = `${this.#base}:relay`
  }

  /** A checkpoint is written under a generation of its own, and counts when `head` names it. */
  checkpoint(generation: string): string {
    return `${this.#base}:checkpoint:${generation}`
  }

  /** The files of one life of the document. */
  files(life: string): string {
    return `${this.#base}:files:${life}`
  }

  /** Where the chunks of a file are. Without a name: what all such keys begin with. */
  fileChunks(life: string, name = ''): string {
    return `${this.#base}:file:${life}:${name}`
  }

  /** Where the log of a document is put aside whose head was lost. */
  orphan(epoch: string): string {
    return `${this.#base}:orphan:${epoch}`
  }
}

/** The document that a `head` key belongs to; undefined for any other key. */
export function documentOfHead(prefix: string, key: string): string | undefined {
  const [start, end] = [`${prefix}:{`, '}:head']
  return key.startsWith(start) && key.endsWith(end) ? key.slice(start.length, -end.length) : undefined
}

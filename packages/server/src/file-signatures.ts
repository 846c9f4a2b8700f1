import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Collections, DocumentLog } from '@weft/persistence'
import { epochParts } from '@weft/protocol'
import type { AddressedFile, FileSignatures } from './http/files/signed-address.ts'

const collection = 'secrets'
const key = 'file-addresses'

/** What files' addresses are signed with. */
export interface KeptFileSignaturesParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly store: () => { readonly collections: Collections; readonly log: Pick<DocumentLog, 'heads' | 'load'> }
}

/**
 * Signs the addresses of files with a secret that the nodes of a store share, and that is in no configuration: it is made when it
 * is first needed. A signature is of one life of its document: it is worth nothing once that is erased.
 */
export class KeptFileSignatures implements FileSignatures {
  readonly #store: KeptFileSignaturesParts['store']

  constructor({ store }: KeptFileSignaturesParts) {
    this.#store = store
  }

  async signer(document: string): Promise<(file: Omit<AddressedFile, 'document'>) => string> {
    // A document that is not there says by this why.
    const epoch = (await this.#epoch(document)) ?? (await this.#store().log.load(document)).head.epoch
    const secret = await this.#secret()
    return (file) => signature(secret, epoch, { document, ...file }).toString('base64url')
  }

  async holds(file: AddressedFile, shown: string): Promise<boolean> {
    const epoch = await this.#epoch(file.document)
    if (epoch === undefined) return false
    const expected = signature(await this.#secret(), epoch, file)
    const given = Buffer.from(shown, 'base64url')
    return given.byteLength === expected.byteLength && timingSafeEqual(given, expected)
  }

  /** Undefined where the document is not there. */
  async #epoch(document: string): Promise<string | undefined> {
    const [head] = await this.#store().log.heads([document])
    return head?.epoch
  }

  async #secret(): Promise<string> {
    const { collections } = this.#store()
    const kept = await collections.get(collection, key)
    if (kept !== undefined) return kept
    const text = randomBytes(32).toString('base64url')
    const made = await collections.change(collection, { expect: [{ key, text: undefined }], put: [{ key, text }] })
    // Another node was first.
    return made ? text : await this.#secret()
  }
}

function signature(secret: string, epoch: string, { document, hash, expires }: AddressedFile): Buffer {
  const { life, origin } = epochParts(epoch)
  // None of these holds a line break.
  const text = [document, `${life}.${origin}`, hash, expires].join('\n')
  return createHmac('sha256', secret).update(text).digest()
}

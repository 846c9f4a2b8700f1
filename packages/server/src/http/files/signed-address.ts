import { isDocumentId } from '@weft/protocol'
import { type FileAddress, filesPath } from '@weft/protocol/http'
import type { Identity, Refused } from '../../auth/access.ts'

/** The address of a file, without what proves it. */
export interface AddressedFile {
  readonly document: string
  readonly hash: string
  /** When the address ends, in seconds since 1970. */
  readonly expires: number
}

/** Signs addresses, by which browsers fetch files that they can send no token for. */
export interface FileSignatures {
  /**
   * What signs the addresses of a document's files.
   *
   * @throws DocumentNotFoundError, DocumentDeletedError, DocumentTrashedError, StoreUnavailableError
   */
  signer(document: string): Promise<(file: Omit<AddressedFile, 'document'>) => string>

  /** Whether a signature is of this address, and of the life that the document has now. @throws StoreUnavailableError */
  holds(file: AddressedFile, signature: string): Promise<boolean>
}

/** What makes and reads addresses. */
export interface SignedAddressParts {
  readonly signatures: FileSignatures
  readonly now: () => number
}

/**
 * What gives addresses of a document's files, by which anyone reads them.
 *
 * @param lifetime how long they hold, in seconds: until the access of whoever asks for them ends, at the latest
 * @throws what `signer` throws
 */
export async function addressesOf(
  { signatures, now }: SignedAddressParts,
  document: string,
  lifetime: number,
  { expires: latest = Infinity }: Identity,
): Promise<(hash: string) => FileAddress> {
  const expires = Math.floor(Math.min(now() + lifetime * 1000, latest) / 1000)
  const sign = await signatures.signer(document)
  return (hash) => ({
    path: `${filesPath(document)}${hash}?expires=${expires}&signature=${sign({ hash, expires })}`,
    expires: new Date(expires * 1000).toISOString(),
  })
}

/** What an address is read from. */
interface AddressedRequest {
  readonly method: string
  readonly path: string
  query(): Readonly<Record<string, string>>
  header(name: string): string | undefined
}

/** The raw path, as routes match it: a slash within an id is escaped. */
const filePattern = /\/documents\/([^/]+)\/files\/([0-9a-f]{64})$/

/**
 * Who reads a file by its address: somebody who may read this document, in this one request. Undefined for any other request, and
 * where a token came.
 */
export async function readerByAddress(
  { signatures, now }: SignedAddressParts,
  request: AddressedRequest,
): Promise<Identity | Refused | undefined> {
  const [, encoded, hash = ''] = filePattern.exec(request.path) ?? []
  const reads = request.method === 'GET' || request.method === 'HEAD'
  if (encoded === undefined || !reads || request.header('authorization') !== undefined) return undefined
  const { expires: end, signature } = request.query()
  const document = decoded(encoded)
  if (signature === undefined || !isDocumentId(document)) return undefined
  const expires = /^\d{1,12}$/.test(end ?? '') ? Number(end) : undefined
  if (expires === undefined) return refuse('it was changed')
  if (expires * 1000 <= now()) return refuse('it has expired: ask for another')
  if (!(await signatures.holds({ document, hash, expires }, signature))) {
    return refuse('it was changed, or the document is gone')
  }
  return {
    subject: 'file-address',
    grants: [{ documents: document, role: 'read' }],
    token: undefined,
    withdrawn: () => false,
    withdrawnFrom: () => [],
    expires: expires * 1000,
  }
}

function refuse(reason: string): Refused {
  return { refused: 'unauthorized', text: `The address does not hold: ${reason}.` }
}

/** Empty where it cannot be read. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

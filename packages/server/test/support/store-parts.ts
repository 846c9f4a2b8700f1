import { readBackup, type Store } from '@weft/persistence'
import { DocumentLinks } from '../../src/document-links.ts'
import { KeptFileSignatures } from '../../src/file-signatures.ts'
import { RevocationList } from '../../src/auth/revocation-list.ts'
import type { ExportRoutesParts } from '../../src/http/export-routes.ts'
import type { FileRoutesParts } from '../../src/http/files/file-routes.ts'
import type { LinkRoutesParts } from '../../src/http/link-routes.ts'

/** What an edge has of a store besides its catalog: files, exports, imports, links. */
export function storeParts(
  store: Store,
  revocations: RevocationList = new RevocationList(() => Date.now()),
): Omit<FileRoutesParts, 'now'> & ExportRoutesParts & Omit<LinkRoutesParts, 'now'> & { readonly links: DocumentLinks } {
  return {
    files: () => store.files,
    signatures: new KeptFileSignatures({ store: () => store }),
    fileSizes: { file: 1_000_000, document: 3_000_000 },
    exported: () => store,
    restore: (bytes, options) => readBackup(store, bytes, options),
    brokeOff: (error) => {
      throw error
    },
    links: new DocumentLinks({
      store: () => store,
      revocations,
      revoke: async (jti, by) => {
        const [now, id] = [Date.now(), crypto.randomUUID()]
        const revocation = { id, tokens: { jti }, before: now, until: now + 600_000, by }
        await store.revocations.add(revocation, now)
        revocations.add([revocation])
      },
      maxLifetime: 30 * 86_400_000,
      now: () => Date.now(),
    }),
  }
}

/** For a policy whose test has no links. */
export const noLinks = {
  identify: (): Promise<never> => Promise.reject(new Error('there are no links in this test')),
}

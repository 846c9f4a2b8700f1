import type { DocumentCatalog } from '@weft/persistence'
import { type Identity, judge } from '../auth/access.ts'
import { requireRole } from './access.ts'

/** Where is looked up who created a document. */
export type Creators = () => Pick<DocumentCatalog, 'creatorOf'>

/**
 * Whether someone is admin of a document: their token says so, or they created it. Its creator is its admin for as long as a
 * token lets them write there: nobody reaches by it what their access does not cover any more, and people without a token are
 * nobody that could be known again. The store is asked only where that matters.
 *
 * @throws StoreUnavailableError
 */
export async function administers(identity: Identity, document: string, catalog: Creators): Promise<boolean> {
  if (judge(identity, { document, role: 'admin' }) === 'allowed') return true
  if (identity.token === undefined || judge(identity, { document, role: 'write' }) !== 'allowed') return false
  return (await catalog().creatorOf(document)) === identity.subject
}

/**
 * Lets an admin of a document go on.
 *
 * @throws ProblemError as `requireRole`; StoreUnavailableError
 */
export async function requireAdmin(identity: Identity, document: string, catalog: Creators): Promise<void> {
  if (!(await administers(identity, document, catalog))) requireRole(identity, document, 'admin')
}

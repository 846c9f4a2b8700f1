import { type Identity, judge, type Role } from '../auth/access.ts'
import { requireRole } from './access.ts'
import { idOf, type NamesDocument } from './requests.ts'

/** A request of someone who was let in. */
export interface LetIn {
  readonly var: { readonly identity: Identity }
}

/**
 * The document that a request is about, for whoever has the role that it takes. The one place in which routes about a
 * single document are allowed or refused.
 *
 * @throws ProblemError
 */
export function documentFor(context: LetIn & NamesDocument, role: Role): string {
  const document = idOf(context)
  requireRole(context.var.identity, document, role)
  return document
}

/** Whether a document is shown to whoever asks: what is outside of their access, or was taken back, is in no list. */
export function maySee(context: LetIn, document: string): boolean {
  return judge(context.var.identity, { document, role: 'read' }) === 'allowed'
}

/** Who asks. */
export function actorOf(context: LetIn): string {
  return context.var.identity.subject
}

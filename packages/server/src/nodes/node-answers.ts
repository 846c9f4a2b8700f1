import type { RevokedTokens } from '@weft/protocol'
import { covers, type TokenFacts } from '../auth/revocation-list.ts'
import type { LiveDocuments } from '../live-documents.ts'
import type { AllNodes } from './all-nodes.ts'
import { membersQuestion, openedQuestion, type OpenedByToken, removalQuestion } from './questions.ts'

/** Who has which document open by a token. */
export type Opened = Iterable<{ readonly document: string; readonly token: TokenFacts }>

/**
 * Has a node answer for the documents that are open on it.
 *
 * @param opened who has which document open by a token at the moment
 */
export function answerForDocuments(
  nodes: Pick<AllNodes, 'answer'>,
  documents: Pick<LiveDocuments, 'members' | 'remove'>,
  opened: () => Opened,
): void {
  nodes.answer(membersQuestion, (document) => documents.members(document))
  nodes.answer(removalQuestion, ({ document, member }) => documents.remove(document, member))
  nodes.answer(openedQuestion, (tokens) => openedBy(opened(), tokens))
}

function openedBy(opened: Opened, tokens: RevokedTokens): OpenedByToken[] {
  const revoked = { tokens, before: Number.POSITIVE_INFINITY, until: Number.POSITIVE_INFINITY }
  return [...opened]
    .filter(({ document, token }) => covers(revoked, token, document))
    .map(({ document, token }) => ({ document, subject: token.subject }))
}

import { type Verification, type WeftHttp, WeftHttpError } from '@weft/client/http'
import type { Selection } from '../config/api-settings.ts'
import { asJson } from './api-command.ts'
import { inPages } from './pages.ts'
import { shown, table } from './table.ts'

/** A document that the server could not verify, and why. */
interface Unverified {
  readonly document: string
  readonly outcome: 'unknown'
  readonly detail: string
}

type Verified = Verification | Unverified

const columns = ['document', 'outcome', 'log', 'checkpoint', 'nodes', 'remarks'] as const

/**
 * Verifies documents, one after the other: a server reads all of each.
 *
 * @returns what is printed; alarming where anything drifted, or could not be read
 * @throws WeftHttpError where the server does not answer, or the token does not hold
 */
export async function verify(
  { ids, prefix }: Selection,
  weft: WeftHttp,
  json: boolean,
): Promise<{ readonly text: string; readonly alarming: boolean }> {
  const listing = ids.length === 0
  const verified: Verified[] = []
  for (const id of listing ? await idsIn(prefix, weft) : ids) {
    const outcome = await verifyOne(id, weft, listing)
    if (outcome !== undefined) verified.push(outcome)
  }
  const alarming = verified.some(({ outcome }) => outcome !== 'agrees')
  return { text: json ? asJson({ documents: verified }) : forPeople(verified), alarming }
}

async function idsIn(prefix: string | undefined, weft: WeftHttp): Promise<string[]> {
  const { documents } = await inPages(Infinity, (page) => weft.listDocuments({ order: 'name', prefix, ...page }))
  return documents.map(({ id }) => id)
}

/** @param listed whether the document may have been deleted since it was listed; then there is nothing to tell */
async function verifyOne(id: string, weft: WeftHttp, listed: boolean): Promise<Verified | undefined> {
  try {
    return await weft.verifyDocument({ id })
  } catch (error) {
    if (!(error instanceof WeftHttpError) || error.status === 0 || error.status === 401) throw error
    if (listed && (error.status === 404 || error.status === 410)) return undefined
    return { document: id, outcome: 'unknown', detail: error.message }
  }
}

function forPeople(verified: readonly Verified[]): string {
  if (verified.length === 0) return 'no documents\n'
  const counts = [...Map.groupBy(verified, ({ outcome }) => outcome)].map(
    ([outcome, all]) => `${all.length} ${words[outcome]}`,
  )
  return `${table(columns, verified.map(cellsOf))}${counts.join(', ')}\n`
}

const words: Readonly<Record<Verified['outcome'], string>> = {
  agrees: 'agree',
  drift: 'drifted',
  unreadable: 'cannot be read',
  unknown: 'could not be verified',
}

function cellsOf(verified: Verified): string[] {
  if (verified.outcome === 'unknown') return [verified.document, 'unknown', '', '', '', shown(verified.detail)]
  const { document, outcome, log, checkpoint, replicas } = verified
  const position = log.position === null ? 'unreadable' : `to ${log.position}`
  const kept = checkpoint === null ? 'none' : `at ${checkpoint.position}`
  return [document, outcome, position, kept, `${replicas.length}`, shown(remarks(verified).join('; '))]
}

function remarks({ log, checkpoint, replicas, unanswered }: Verification): string[] {
  const kept = checkpoint?.detail ?? null
  return [
    ...(log.detail === null ? [] : [log.detail]),
    ...(kept === null ? [] : [`the checkpoint ${kept}`]),
    ...replicas.flatMap(({ node, detail, unsavedBytes }) => [
      ...(detail === null ? [] : [`${node}: ${detail}`]),
      ...(unsavedBytes === 0 ? [] : [`${node}: ${unsavedBytes} bytes are not saved yet`]),
    ]),
    ...unanswered.map((node) => `${node} did not answer`),
  ]
}

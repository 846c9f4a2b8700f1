import { epochParts } from '@weft/protocol'
import type { ChangeKind, DocumentChange } from './changes.ts'

/** What of a document tells whether it has changed. */
export interface DocumentFacts {
  readonly epoch: string
  readonly state: DocumentChange['state']
  readonly title: string
  /** Of its log. */
  readonly tip: string
}

/** What is kept of a change, and where it was when it happened last. */
const aspects = ['created', 'changed', 'renamed', 'moved'] as const
type Aspect = (typeof aspects)[number]

/** A document's entry in the feed: its facts when it came there, and at which places what happened to it. */
export interface FeedEntry {
  readonly life: string
  readonly state: DocumentChange['state']
  readonly title: string
  readonly tip: string
  readonly places: Readonly<Partial<Record<Aspect, number>>>
}

/**
 * What has happened to a document since its entry was made: whoever sees the facts can tell, so whoever changes a document has
 * only to say that it did.
 *
 * @returns nothing where nothing has
 */
export function happenedSince(entry: FeedEntry | undefined, facts: DocumentFacts): Aspect[] {
  if (facts.state === 'erased') return entry?.state === 'erased' ? [] : ['moved']
  const reborn = entry === undefined || entry.state === 'erased' || entry.life !== lifeOf(facts)
  const found: Aspect[] = []
  if (reborn) found.push('created')
  if (facts.tip !== (reborn ? '' : entry.tip)) found.push('changed')
  if (!reborn && facts.title !== entry.title) found.push('renamed')
  if (facts.state !== (reborn ? 'live' : entry.state)) found.push('moved')
  return found
}

/** The entry after something has happened, which comes to a place. */
export function entryAfter(
  entry: FeedEntry | undefined,
  facts: DocumentFacts,
  happened: readonly Aspect[],
  place: number,
): FeedEntry {
  const { state, title, tip } = facts
  const over = state === 'erased' || happened.includes('created')
  const kept = over ? {} : (entry?.places ?? {})
  const places = { ...kept, ...Object.fromEntries(happened.map((aspect) => [aspect, place])) }
  return { life: lifeOf(facts), state, title: state === 'erased' ? '' : title, tip, places }
}

/** What of an entry happened after a place. */
export function kindsAfter({ state, places }: FeedEntry, after: number): ChangeKind[] {
  return aspects.flatMap((aspect) => {
    if ((places[aspect] ?? -1) <= after) return []
    return aspect === 'moved' ? [stateChanges[state]] : [aspect]
  })
}

const stateChanges: Readonly<Record<DocumentChange['state'], ChangeKind>> = {
  live: 'restored',
  trashed: 'deleted',
  erased: 'erased',
}

/** One life of a document, whatever became of its log meanwhile. */
function lifeOf({ epoch }: DocumentFacts): string {
  const { life, origin } = epochParts(epoch)
  return `${life}.${origin}`
}

/** An entry as text. */
export function encodeFeedEntry({ life, state, title, tip, places }: FeedEntry): string {
  return JSON.stringify([life, state, title, tip, ...aspects.map((aspect) => places[aspect] ?? null)])
}

/** The entry that {@link encodeFeedEntry} made a text of; undefined for anything else. */
export function decodeFeedEntry(text: string): FeedEntry | undefined {
  const [life, state, title, tip, ...numbers] = parsed(text)
  if (typeof life !== 'string' || typeof title !== 'string' || typeof tip !== 'string' || !isState(state))
    return undefined
  const places: Partial<Record<Aspect, number>> = {}
  for (const [index, aspect] of aspects.entries()) {
    const place = numbers[index]
    if (typeof place === 'number') places[aspect] = place
  }
  return { life, state, title, tip, places }
}

function isState(value: unknown): value is DocumentChange['state'] {
  return value === 'live' || value === 'trashed' || value === 'erased'
}

function parsed(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

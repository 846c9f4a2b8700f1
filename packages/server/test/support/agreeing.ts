import type { Verification } from '@weft/protocol/http'

/** What a document that nobody has open is verified to be. */
export function agreeing(document: string): Verification {
  return {
    document,
    outcome: 'agrees',
    log: { position: 3, entries: 1, detail: null },
    checkpoint: { position: 2, outcome: 'agrees', detail: null },
    replicas: [],
    complete: true,
    unanswered: [],
  }
}

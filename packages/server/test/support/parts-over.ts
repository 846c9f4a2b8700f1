import type { Store } from '@weft/persistence'
import { AuditTrail } from '../../src/audit/audit-trail.ts'
import { ChangeTail } from '../../src/changes/change-tail.ts'
import type { EdgeParts } from '../../src/http/edge.ts'
import { systemSurroundings } from '../../src/system-surroundings.ts'
import { WebhookBook } from '../../src/webhooks/webhook-book.ts'

/** What an edge keeps or reads in a store beside documents. An act that is not recorded fails the test. */
export function partsOver(
  store: Store,
): Pick<EdgeParts, 'audit' | 'unrecorded' | 'feed' | 'webhooks' | 'refuseReceiver'> {
  const changes = (): Store['changes'] => store.changes
  return {
    audit: new AuditTrail({
      collections: () => store.collections,
      retention: undefined,
      now: () => 0,
      randomId: () => 'id',
    }),
    unrecorded: (_act, error) => {
      throw error
    },
    webhooks: new WebhookBook({ collections: () => store.collections, changes, surroundings: systemSurroundings }),
    refuseReceiver: () => undefined,
    feed: {
      changes,
      tail: new ChangeTail({ changes, surroundings: systemSurroundings }),
      surroundings: systemSurroundings,
    },
  }
}

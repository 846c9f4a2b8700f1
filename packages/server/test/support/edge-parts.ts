import type { Store } from '@weft/persistence'
import { IdentityPolicy } from '../../src/auth/identity-policy.ts'
import type { EdgeParts } from '../../src/http/edge.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { agreeing } from './agreeing.ts'
import { noAnswers } from './no-answers.ts'
import { noContents } from './no-contents.ts'
import { noLevels } from './no-levels.ts'
import { partsOver } from './parts-over.ts'
import { noLinks, storeParts } from './store-parts.ts'

/** What an edge over a store is made with where nobody has a document open, no other node is up and no token is verified. */
export function edgeParts(store: Store): EdgeParts {
  const nobody = { answers: [], unanswered: [] }
  return {
    ...storeParts(store),
    answers: noAnswers,
    unkept: (error) => {
      throw error
    },
    catalog: () => store.catalog,
    people: async () => new Map(),
    members: async () => nobody,
    remove: async () => nobody,
    sizes: async () => [],
    verify: async (document) => agreeing(document),
    nodes: async () => [],
    statistics: async () => nobody,
    opened: async () => nobody,
    contents: noContents,
    ended: () => {},
    trashRetention: undefined,
    mint: undefined,
    inspect: undefined,
    policy: new IdentityPolicy({ verifier: undefined, links: noLinks, anonymous: 'none', randomId: () => 'id' }),
    revoke: () => Promise.reject(new Error('not asked for')),
    ...partsOver(store),
    origins: { allowed: [], anyLoopback: false, loopbackOnly: true },
    readiness: () => Promise.resolve({ ready: true, store: 'ok', draining: false }),
    metrics: new Metrics(() => noLevels),
    report: (error) => {
      throw error
    },
    webRoot: import.meta.dirname,
    now: () => 0,
  }
}

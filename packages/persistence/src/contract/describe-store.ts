import { describe } from 'vitest'
import { appendRules } from './append-rules.ts'
import { changeRules } from './change-rules.ts'
import { checkpointRules } from './checkpoint-rules.ts'
import { corruptionRules } from './corruption-rules.ts'
import { deletionRules } from './deletion-rules.ts'
import { durabilityRules } from './durability-rules.ts'
import { fileRules } from './file-rules.ts'
import { listingRules } from './listing-rules.ts'
import { modelRules } from './model-rules.ts'
import { repairRules } from './repair-rules.ts'
import { revocationRules } from './revocation-rules.ts'
import { collectionRules } from './collection-rules.ts'
import { titleRules } from './title-rules.ts'
import { trashRules } from './trash-rules.ts'
import type { StoreKind } from './store-fixture.ts'

/**
 * The contract of a store, as tests: each is titled with the rule that it holds. A driver's test calls it with what the
 * driver is and how to make one.
 */
export function describeStore(kind: StoreKind): void {
  describe(`a ${kind.name} store`, () => {
    appendRules(kind)
    changeRules(kind)
    checkpointRules(kind)
    deletionRules(kind)
    listingRules(kind)
    fileRules(kind)
    repairRules(kind)
    trashRules(kind)
    titleRules(kind)
    modelRules(kind)
    revocationRules(kind)
    collectionRules(kind)
    if (kind.damageable) corruptionRules(kind)
    if (kind.durable) durabilityRules(kind)
  })
}

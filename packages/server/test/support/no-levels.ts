import type { Levels } from '../../src/observability/metrics.ts'

/** A node that has nothing. */
export const noLevels: Levels = {
  connections: 0,
  documents: 0,
  members: 0,
  unsavedBytes: 0,
  documentsFailing: 0,
  membersPaused: 0,
  eventLoopDelay: 0,
  loadStage: 0,
}

import { StoreUnavailableError } from '@weft/persistence'
import type { Health } from './health.ts'
import type { NodeAppParts } from './http/node-app.ts'
import type { NodeLoadParts } from './load/node-load.ts'
import type { Log } from './observability/log.ts'
import type { Metrics } from './observability/metrics.ts'
import type { RoomsEvents } from './room/rooms-events.ts'
import type { SyncTierEvents } from './socket/sync-tier.ts'

/** Where what happens on a node is told. */
export interface Observers {
  readonly log: Log
  readonly metrics: Metrics
  readonly health: Health
}

/** What happens in rooms, as log lines, counts and health. */
export function roomsEvents({ log, metrics, health }: Observers): Omit<RoomsEvents, 'joined' | 'left'> {
  return {
    opened: (document) => log.debug('document-opened', { document }),
    unloaded: (document) => {
      health.failing.delete(document)
      log.debug('document-unloaded', { document })
    },
    refused: (document, kind, actor, text) => {
      metrics.refused(kind)
      log.warn('member-refused', { document, kind, actor, detail: text })
    },
    waitingLetGo: (document) => {
      metrics.incident('waiting-let-go')
      log.error('waiting-let-go', { document })
    },
    storeFailing: (document, error) => {
      health.failing.add(document)
      log.error('store-failing', { document, error })
    },
    storeRecovered: (document) => {
      health.failing.delete(document)
      log.info('store-recovered', { document })
    },
    relayMissed: (document) => {
      metrics.gap()
      log.debug('relay-missed', { document })
    },
    logRepaired: (document, { kind, bytes }) => {
      metrics.incident(kind)
      log.error('log-repaired', { document, kind, bytes })
    },
    logUnreadable: (document, error) => log.error('log-unreadable', { document, error }),
    compactionFailed: (document, error) => {
      metrics.compacted('failed')
      log.error('compaction-failed', { document, error })
    },
  }
}

/** What happens to connections, as log lines and counts. */
export function tierEvents({ log, metrics, health }: Observers): SyncTierEvents {
  return {
    refused: (document, kind, detail) => {
      metrics.refused(kind)
      // While the store is waited for, one line says so; clients that come back every second are no news.
      const level = kind === 'store-unavailable' && health.waiting ? 'debug' : 'warn'
      log[level]('connection-refused', { document, kind, detail })
    },
    turnedAway: (path, status, detail) => {
      metrics.upgradeRefused(status)
      log.warn('upgrade-refused', { path: path.split('?')[0], status, detail })
    },
    failed: (document, error) => log.error('connection-failed', { document, error }),
  }
}

/** What the node does about its load, as log lines. */
export function loadReport({ log }: Pick<Observers, 'log'>): NodeLoadParts['changed'] {
  return (stage, before, { delay, memory }) => {
    const level = stage > before ? 'warn' : 'info'
    log[level]('load-changed', { stage, before, delay: Math.round(delay), memory: Math.round(memory * 100) / 100 })
  }
}

/** What a request could not be answered for, as a log line. */
export function requestReport({ log, health }: Observers): NodeAppParts['report'] {
  return (error, request) => {
    const level = error instanceof StoreUnavailableError && health.waiting ? 'debug' : 'error'
    log[level]('request-failed', { ...request, error })
  }
}

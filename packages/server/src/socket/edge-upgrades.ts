import type { SyncTierEvents, UpgradeSource } from './sync-tier.ts'
import { turnAway } from './turn-away.ts'

/** Answers the upgrade requests of a server that opens no documents. */
export function turnAllAway(server: UpgradeSource, events: Pick<SyncTierEvents, 'turnedAway'>): void {
  const detail = 'this node has the role edge and opens no documents: nodes of the role sync or all do'
  server.on('upgrade', (request, socket) => {
    // Before anything else: an aborted upgrade is an error event, and one without a listener ends the process (S0).
    socket.on('error', () => socket.destroy())
    events.turnedAway(request.url ?? '', 404, detail)
    turnAway(socket, 404, detail)
  })
}

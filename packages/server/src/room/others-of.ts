import { type Host, OtherNodes } from './nodes/other-nodes.ts'
import type { RoomParts } from './room-parts.ts'

/** The other nodes that may have a room's document open; undefined where its log is nobody else's. */
export function othersOf(
  { document, loaded, log, surroundings, relay, events }: RoomParts,
  host: () => Host,
): OtherNodes | undefined {
  return relay && new OtherNodes({ document, relay, log, loaded, surroundings, events, host: host() })
}

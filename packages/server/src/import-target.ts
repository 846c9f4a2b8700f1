import type { AppendReceipt, AppendRequest, RestoreTarget, Store } from '@weft/persistence'
import type { LiveDocuments } from './live-documents.ts'

type Rooms = Pick<LiveDocuments, 'isOpen' | 'write'>

/**
 * A store that a backup is read into beside the documents that are open on this node: what is written to one of these goes through
 * its room, whose members see it at once. Other nodes hear of what is appended from the log.
 */
export function importTarget({ log, catalog, files }: Store, rooms: Rooms): RestoreTarget {
  const append = async (document: string, request: AppendRequest): Promise<AppendReceipt> => {
    if (rooms.isOpen(document))
      return (await written(rooms, document, request)) ?? (await log.append(document, request))
    const receipt = await log.append(document, request)
    // It may have been opened meanwhile, with what the log held before.
    if (rooms.isOpen(document)) await written(rooms, document, request)
    return receipt
  }
  return { log: { load: (document) => log.load(document), append }, catalog, files }
}

/** Writes entries into a room, each as its actor's. What it has already is not written again. */
async function written(rooms: Rooms, document: string, { entries }: AppendRequest): Promise<AppendReceipt | undefined> {
  let receipt: AppendReceipt | undefined
  for (const { update, actor } of entries) {
    const place = await rooms.write(document, update, actor)
    if (place === undefined) return undefined
    const { epoch, position, tip } = place
    receipt = { epoch, first: receipt?.first ?? position, last: position, previousTip: receipt?.previousTip ?? '', tip }
  }
  return receipt
}

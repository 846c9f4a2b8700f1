import type { DocumentRecord } from '../document-catalog.ts'
import { CorruptRecordError } from '../errors.ts'
import { keysOf } from './keys.ts'
import type { RedisConnection } from './redis-connection.ts'
import { listIn, numberIn, textIn } from './replies.ts'

/** What the catalog says of a document; undefined where it is not there, or was deleted. */
export async function readRecord(
  connection: RedisConnection,
  prefix: string,
  document: string,
): Promise<DocumentRecord | undefined> {
  const { head, meta } = keysOf(prefix, document)
  const [headReply, metaReply] = await connection.readTogether([
    ['HMGET', head, 'epoch', 'deleted', 'updated', 'logged', 'cp_logged', 'cp_bytes'],
    ['HMGET', meta, 'title', 'createdBy', 'created'],
  ])
  const [epoch, deleted, updated, logged, coveredBytes, checkpointBytes] = listIn(headReply)
  if (epoch === null || deleted !== null) return undefined
  const [title, createdBy, created] = listIn(metaReply)
  if (title === null) throw new CorruptRecordError(document, undefined, 'its title and times are missing')
  return {
    id: document,
    title: textIn(title),
    created: numberIn(created),
    createdBy: textIn(createdBy),
    updated: numberIn(updated),
    bytes: numberIn(logged) - numberIn(coveredBytes ?? 0) + numberIn(checkpointBytes ?? 0),
  }
}

import { type RestoredDocument, type RestoredFile, type Store, writeBackup } from '@weft/persistence'
import {
  backupMediaType,
  exportSchema,
  type ImportLine,
  importLineSchema,
  importQuerySchema,
} from '@weft/protocol/http'
import { type Context, Hono } from 'hono'
import { requireAdminOfPrefix } from './access.ts'
import { bodyOf } from './body-stream.ts'
import { problemIn, ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'
import type { EdgeEnvironment } from './requests.ts'

/** Which documents are imported, and how. */
export interface ImportOptions {
  /** The others are skipped. */
  readonly includes: (document: string) => boolean
  /** Whether documents that were deleted are made anew. */
  readonly recreate: boolean
}

/** What the routes of exports and imports need. */
export interface ExportRoutesParts {
  /** What is exported. @throws StoreUnavailableError where there is no store yet */
  readonly exported: () => Pick<Store, 'log' | 'catalog' | 'files'>
  /**
   * Reads a backup into the store. Who has one of its documents open sees what is new of it.
   *
   * @throws BackupFormatError, StoreError
   */
  readonly restore: (
    bytes: AsyncIterable<Uint8Array>,
    options: ImportOptions,
  ) => AsyncIterable<RestoredDocument | RestoredFile>
  /** What ended an answer that had begun. */
  readonly brokeOff: (error: unknown) => void
}

/** How many bytes of an import's answer wait for whoever sends without reading: some hundred thousand lines. */
const unreadBytes = 8 * 1024 * 1024

const backup = { type: backupMediaType, text: 'A backup, as docs/backup-format.md has it.' }

const exporting = {
  id: 'exportDocuments',
  summary: 'Export documents with their files',
  text: 'Everything that was saved before it began, as one stream that weft restore and the import read, for any store. One that cannot be finished breaks off: it lacks its end, and is refused when it is read.',
  needs: 'admin on * or on all documents of the prefix',
  body: exportSchema,
  answers: { 200: [backup] },
  refuses: ['forbidden', 'corrupt'],
} as const

const importing = {
  id: 'importDocuments',
  summary: 'Import documents with their files',
  text: 'A document that is there is merged: it gains what it lacks and loses nothing. The answer says line by line what became of each, once it is saved; its last line is done, or the problem that ended it: what came before that stands. Read it while you send.',
  needs: 'admin on * or on all documents of the prefix',
  query: importQuerySchema,
  body: [backup],
  answers: {
    200: [
      { type: 'application/x-ndjson', text: 'A line of JSON for each document and file.', schema: importLineSchema },
    ],
  },
  refuses: ['forbidden', 'backup-unreadable', 'corrupt', 'unsupported-media-type'],
} as const

/** `/export`: documents as a stream. */
export function exportRoutes({ exported, brokeOff }: ExportRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>().post('/', describeRoute(exporting), async (context) => {
    const { prefix } = await context.var.asked.body()
    const identity = context.get('identity')
    requireAdminOfPrefix(identity, prefix)
    const includes = (document: string): boolean => !identity.withdrawn(document)
    context.header('Content-Type', backupMediaType)
    context.header('Cache-Control', 'no-store')
    return context.body(await bodyOf(context, writeBackup(exported(), { prefix, includes }), { brokeOff }))
  })
}

/** `/import`: what an export is, into this store. */
export function importRoutes({ restore, brokeOff }: ExportRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>().post('/', describeRoute(importing), async (context) => {
    const { prefix, deleted } = context.var.asked.query()
    const identity = context.get('identity')
    requireAdminOfPrefix(identity, prefix)
    const restored = restore(sentBytes(context), {
      includes: (document) => document.startsWith(prefix) && !identity.withdrawn(document),
      recreate: deleted === 'recreate',
    })
    context.header('Content-Type', 'application/x-ndjson')
    context.header('Cache-Control', 'no-store')
    return context.body(await bodyOf(context, lines(restored, brokeOff), { brokeOff, ahead: unreadBytes }))
  })
}

/** @throws ProblemError where it is something else */
function sentBytes({ req }: Context): AsyncIterable<Uint8Array> {
  const [type = ''] = (req.header('content-type') ?? '').toLowerCase().split(';')
  if (type.trim() === backupMediaType || type.trim() === 'application/octet-stream') return req.raw.body ?? nothing()
  const text = `the body is a backup: send it as ${backupMediaType}`
  throw new ProblemError('unsupported-media-type', 415, text)
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/**
 * What became of each. What ends an import before anything came of it is thrown, and answered as any problem is; later it is
 * the last line.
 */
async function* lines(
  restored: AsyncIterable<RestoredDocument | RestoredFile>,
  brokeOff: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  const counts = { documents: 0, files: 0 }
  try {
    for await (const item of restored) {
      counts['file' in item ? 'files' : 'documents']++
      yield lineOf(item)
    }
  } catch (error) {
    if (counts.documents === 0) throw error
    const problem = problemIn(error)
    if (problem.status >= 500) brokeOff(error)
    yield lineOf({ problem })
    return
  }
  yield lineOf({ done: counts })
}

function lineOf(line: ImportLine): Uint8Array {
  return Buffer.from(`${JSON.stringify(line)}\n`)
}

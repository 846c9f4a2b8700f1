import type { DocumentFiles, FileRecord } from '@weft/persistence'
import {
  type FileList,
  fileListSchema,
  filesPath,
  type FileSummary,
  fileSummarySchema,
  addressedQuerySchema,
  type FileAddress,
  fileAddressSchema,
  fileListQuerySchema,
  newFileAddressSchema,
  newFileQuerySchema,
} from '@weft/protocol/http'
import { type Context, Hono } from 'hono'
import { bodyOf } from '../body-stream.ts'
import { actorOf, documentFor, type LetIn } from '../document-access.ts'
import { ProblemError } from '../problem.ts'
import { describeRoute } from '../reference/describe-route.ts'
import type { EdgeEnvironment } from '../requests.ts'
import { rangeIn } from './byte-range.ts'
import { fittingType, isShown } from './media-type.ts'
import { addressesOf, type SignedAddressParts } from './signed-address.ts'
import { Uploads } from './upload.ts'

/** How much may be kept of files. */
export interface FileSizes {
  /** Of one, in bytes. */
  readonly file: number
  /** Of all that one document has, in bytes. */
  readonly document: number
}

/** What the routes of files need. */
export interface FileRoutesParts extends SignedAddressParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly files: () => DocumentFiles
  readonly fileSizes: FileSizes
  /** What ended an answer that had begun. */
  readonly brokeOff: (error: unknown) => void
}

/** How many files a document may have: they are listed in one answer. */
const maxFiles = 1_000

/** Its name is the hash of its bytes, so what is there never changes. Access is each reader's own. */
const forEver = 'private, max-age=31536000, immutable'

const hashParam = { hash: 'SHA-256 of the file’s bytes, in hexadecimal.' }

const putting = {
  id: 'putFile',
  summary: 'Add an image or an attachment',
  text: 'The body is the file and nothing else, and Content-Type says what it is; an image must be what it says. The same bytes are one file: where they are there already, what was said of them first stands.',
  needs: 'write on the document',
  query: newFileQuerySchema,
  body: [{ type: 'application/octet-stream', text: 'The bytes of the file, under any media type.' }],
  answers: { 201: fileSummarySchema, 200: fileSummarySchema },
  answerHeaders: { Location: 'Where its bytes are.' },
  refuses: [
    'forbidden',
    'not-found',
    'deleted',
    'trashed',
    'message-too-large',
    'type-mismatch',
    'files-full',
    'overloaded',
  ],
} as const

const listing = {
  id: 'listFiles',
  summary: 'List the files of a document',
  text: 'The oldest first.',
  needs: 'read on the document',
  query: fileListQuerySchema,
  answers: { 200: fileListSchema },
  refuses: ['not-found', 'deleted', 'trashed', 'corrupt'],
} as const

const bytes = [{ type: '*/*', text: 'The file, under the type that was said of it.' }]

const reading = {
  id: 'readFile',
  summary: 'Read a file',
  text: 'Images are shown where they are opened; everything else is downloaded and can run nothing here. It may be cached for ever.',
  needs: 'read on the document, or an address of the file that holds',
  query: addressedQuerySchema,
  params: hashParam,
  headers: { Range: 'One range of bytes.', 'If-None-Match': 'The ETag of what the caller has.' },
  answers: { 200: bytes, 206: bytes, 304: 'The caller has it.', 416: 'It has no such bytes.' },
  answerHeaders: { ETag: 'Its hash.' },
  refuses: ['not-found', 'deleted', 'trashed', 'corrupt'],
} as const

const addressMaking = {
  id: 'makeFileAddress',
  summary: 'Make an address of a file that needs no token',
  text: 'For what can send none, such as the images of a page. Whoever has it reads this file until it expires or the document is erased.',
  needs: 'read on the document',
  params: hashParam,
  body: newFileAddressSchema,
  answers: { 200: fileAddressSchema },
  refuses: ['not-found', 'deleted', 'trashed', 'corrupt'],
} as const

const removing = {
  id: 'removeFile',
  summary: 'Remove a file',
  needs: 'write on the document',
  params: hashParam,
  answers: { 204: 'It is gone.' },
  refuses: ['forbidden', 'not-found', 'deleted', 'trashed'],
} as const

/** `/documents/{id}/files`: images and attachments, which belong to the document and go with it. */
export function fileRoutes({ files, fileSizes, brokeOff, signatures, now }: FileRoutesParts): Hono<EdgeEnvironment> {
  const uploads = new Uploads(fileSizes.file)
  const limits = { files: maxFiles, bytes: fileSizes.document }

  /** What gives a file's address, where somebody wants one. */
  const addressing = async (
    { var: { identity } }: LetIn,
    document: string,
    lifetime: number | undefined,
  ): Promise<(hash: string) => FileAddress | undefined> =>
    lifetime === undefined ? () => undefined : await addressesOf({ signatures, now }, document, lifetime, identity)

  return new Hono<EdgeEnvironment>()
    .post('/:id/files', describeRoute(putting), async (context) => {
      const document = documentFor(context, 'write')
      const { name, address } = context.var.asked.query()
      const { record, added } = await uploads.using(context, async (content) => {
        const type = fittingType(context.req.header('content-type'), content)
        if (type === undefined) throw mismatch()
        return await files().put(document, { name, type, created: now(), createdBy: actorOf(context), content }, limits)
      })
      const addressOf = await addressing(context, document, address)
      const body = summaryOf(document, record, addressOf(record.hash))
      context.header('Location', body.path)
      return context.json(body, added ? 201 : 200)
    })
    .get('/:id/files', describeRoute(listing), async (context) => {
      const document = documentFor(context, 'read')
      const { address } = context.var.asked.query()
      const records = await files().list(document)
      const addressOf = await addressing(context, document, address)
      const body: FileList = {
        files: records.map((record) => summaryOf(document, record, addressOf(record.hash))),
      }
      return context.json(body)
    })
    .get('/:id/files/:hash', describeRoute(reading), async (context) => {
      const document = documentFor(context, 'read')
      const record = await files().get(document, hashIn(context))
      if (record === undefined) throw noSuchFile()
      return await answer(context, files(), document, record, brokeOff)
    })
    .post('/:id/files/:hash/address', describeRoute(addressMaking), async (context) => {
      const document = documentFor(context, 'read')
      const { lifetime } = await context.var.asked.body()
      const hash = hashIn(context)
      if ((await files().get(document, hash)) === undefined) throw noSuchFile()
      const addressOf = await addressesOf({ signatures, now }, document, lifetime, context.var.identity)
      context.header('Cache-Control', 'no-store')
      return context.json(addressOf(hash))
    })
    .delete('/:id/files/:hash', describeRoute(removing), async (context) => {
      const document = documentFor(context, 'write')
      if (!(await files().remove(document, hashIn(context)))) throw noSuchFile()
      return context.body(null, 204)
    })
}

async function answer(
  context: Context,
  files: DocumentFiles,
  document: string,
  record: FileRecord,
  brokeOff: (error: unknown) => void,
): Promise<Response> {
  const { hash, type, bytes: size } = record
  const tag = `"${hash}"`
  context.header('ETag', tag)
  context.header('Cache-Control', forEver)
  context.header('Vary', 'Authorization', { append: true })
  const known = (context.req.header('if-none-match') ?? '').split(',').map((other) => other.trim().replace(/^W\//, ''))
  if (known.includes(tag) || known.includes('*')) return context.body(null, 304)
  context.header('Accept-Ranges', 'bytes')
  // A condition that does not hold asks for all of it.
  const condition = context.req.header('if-range')
  const range = rangeIn(condition === undefined || condition === tag ? context.req.header('range') : undefined, size)
  if (range === 'unsatisfiable') {
    context.header('Content-Range', `bytes */${size}`)
    return context.body(null, 416)
  }
  context.header('Content-Type', type)
  context.header('Content-Disposition', dispositionOf(record))
  context.header('Content-Length', String(range === undefined ? size : range.end - range.start))
  if (range !== undefined) context.header('Content-Range', `bytes ${range.start}-${range.end - 1}/${size}`)
  const status = range === undefined ? 200 : 206
  if (context.req.method === 'HEAD') return context.body(null, status)
  return context.body(await bodyOf(context, files.read(document, hash, range), { brokeOff }), status)
}

/** RFC 6266: the name for those who read UTF-8, and one for the others. */
function dispositionOf({ name, type }: FileRecord): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const whole = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16)}`,
  )
  return `${isShown(type) ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${whole}`
}

function summaryOf(document: string, record: FileRecord, address?: FileAddress): FileSummary {
  const { hash, name, type, bytes: size, created, createdBy } = record
  return {
    hash,
    name,
    type,
    bytes: size,
    created: new Date(created).toISOString(),
    createdBy,
    path: filesPath(document) + hash,
    ...(address === undefined ? {} : { address }),
  }
}

function hashIn(context: Context): string {
  const hash = context.req.param('hash') ?? ''
  if (!/^[0-9a-f]{64}$/.test(hash)) throw noSuchFile()
  return hash
}

function noSuchFile(): ProblemError {
  return new ProblemError('not-found', 404, 'the document has no such file')
}

function mismatch(): ProblemError {
  return new ProblemError('type-mismatch', 415, 'the bytes are not what Content-Type says: send the file’s own type')
}

import type { Place } from '@weft/persistence'
import { defaultMaxMessageBytes } from '@weft/protocol'
import {
  type ContentFormat,
  type ContentInput,
  contentInputQuerySchema,
  contentInputSchema,
  contentQuerySchema,
  type InputFormat,
  type SavedPlace,
  savedPlaceSchema,
} from '@weft/protocol/http'
import { type Context, Hono } from 'hono'
import type { Rendering } from '../content/render-content.ts'
import { actorOf, documentFor } from './document-access.ts'
import { ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'
import { type EdgeEnvironment, parse, readJson, readText } from './requests.ts'

/** The contents of documents, as the edge sees them. All methods throw StoreError and ContentError. */
export interface DocumentContents {
  /** What a document holds now: in the room where this node has one, else in the log. */
  render(document: string, rendering: Rendering): Promise<Uint8Array<ArrayBuffer>>

  /**
   * Writes into a document. Who has it open sees it at once.
   *
   * @returns where it stands, once it is saved
   * @throws WriteRefusedError
   */
  write(document: string, input: ContentInput, actor: string): Promise<Place>

  /** The update that writes something into an empty document. */
  draft(input: ContentInput): Promise<Uint8Array>

  /**
   * Writes all that a document holds into an empty one, where addresses of files that both have lead to those of its own.
   *
   * @param bring brings it the files; resolves with their names
   * @throws WriteRefusedError, and what `bring` throws
   */
  copy(from: string, to: string, actor: string, bring: () => Promise<readonly string[]>): Promise<Place>

  /** As `write`, for a Yjs v1 update, which is taken as a whole or not at all. */
  update(document: string, update: Uint8Array, actor: string): Promise<Place>
}

const contentTypes: Readonly<Record<ContentFormat, string>> = {
  json: 'application/json',
  text: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  markdown: 'text/markdown; charset=utf-8',
  update: 'application/octet-stream',
}

/** Types of a body that is the content itself. */
const inputFormats: Readonly<Record<string, InputFormat>> = {
  'text/plain': 'text',
  'text/markdown': 'markdown',
  'text/html': 'html',
}

/** Largest update that is taken, in bytes: what a socket takes as well. */
export const maxUpdateBytes: number = defaultMaxMessageBytes

const trouble = ['not-found', 'deleted', 'trashed', 'corrupt', 'overloaded', 'too-long'] as const

const reading = {
  id: 'readContent',
  summary: 'Read what a document holds',
  text: 'With what is not saved yet, where the node that answers has it open. What is empty renders as empty.',
  needs: 'read on the document',
  query: contentQuerySchema,
  answers: {
    200: [
      { type: 'application/json', text: 'ProseMirror’s JSON of rich text, Yjs’s delta of text, else the values.' },
      { type: 'text/plain', text: 'The text alone.' },
      { type: 'text/html', text: 'HTML that is safe to show.' },
      { type: 'text/markdown', text: 'CommonMark with tables.' },
      { type: 'application/octet-stream', text: 'The whole document as one Yjs v1 update.' },
    ],
  },
  refuses: [...trouble, 'too-deep'],
} as const

const savedAnswer = { 200: savedPlaceSchema }

const writing = {
  id: 'writeContent',
  summary: 'Write into a document',
  text: 'Who has it open sees it at once, at any node. It is answered once it is saved.',
  needs: 'write on the document',
  query: contentInputQuerySchema,
  body: [
    { type: 'application/json', text: 'The content and what it is.', schema: contentInputSchema },
    { type: 'text/markdown', text: 'CommonMark with tables.' },
    { type: 'text/html', text: 'HTML; what the web app’s editor does not know goes, and its text stays.' },
    { type: 'text/plain', text: 'A paragraph for each line.' },
  ],
  answers: savedAnswer,
  refuses: [...trouble, 'forbidden', 'replaced', 'document-too-large', 'wrong-type', 'too-deep'],
} as const

const updating = {
  id: 'writeUpdate',
  summary: 'Write a Yjs update into a document',
  text: 'It is taken as a whole or not at all, and sending it twice does no harm. It is answered once it is saved.',
  needs: 'write on the document',
  body: [{ type: 'application/octet-stream', text: 'A Yjs v1 update.' }],
  answers: savedAnswer,
  refuses: [
    ...trouble,
    'forbidden',
    'replaced',
    'document-too-large',
    'malformed',
    'missing-dependencies',
    'unsupported-media-type',
  ],
} as const

/** `/documents/{id}/content` and `/documents/{id}/updates`. */
export function contentRoutes(contents: DocumentContents): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>()
    .get('/:id/content', describeRoute(reading), async (context) => {
      const id = documentFor(context, 'read')
      const { as, field } = context.var.asked.query()
      const bytes = await contents.render(id, { as, field })
      freedOnceSent(context.env, bytes)
      return context.body(bytes, 200, { 'content-type': contentTypes[as], 'cache-control': 'no-store' })
    })
    .post('/:id/content', describeRoute(writing), async (context) => {
      const id = documentFor(context, 'write')
      const input = await readInput(context, context.var.asked.query())
      return context.json(saved(await contents.write(id, input, actorOf(context))))
    })
    .post('/:id/updates', describeRoute(updating), async (context) => {
      const id = documentFor(context, 'write')
      if (mediaType(context) !== 'application/octet-stream') {
        const text = 'the body is a Yjs v1 update: send it as application/octet-stream'
        throw new ProblemError('unsupported-media-type', 415, text)
      }
      const update = new Uint8Array(await context.req.arrayBuffer())
      return context.json(saved(await contents.update(id, update, actorOf(context))))
    })
}

/**
 * Gives back the memory of an answer as soon as it is with the system. Left to V8, some dozens of large answers make it collect all
 * of its garbage, and that stops whatever else the node does.
 */
function freedOnceSent(served: EdgeEnvironment['Bindings'] | undefined, { buffer }: Uint8Array<ArrayBuffer>): void {
  served?.outgoing?.once('finish', () => void buffer.transfer(0))
}

/** What the query says counts where the body is the content itself. */
async function readInput(context: Context, query: Pick<ContentInput, 'mode' | 'field'>): Promise<ContentInput> {
  const format = inputFormats[mediaType(context)]
  if (format === undefined) return parse(contentInputSchema, await readJson(context))
  return { ...query, format, content: await readText(context) }
}

function mediaType(context: Context): string {
  return (context.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function saved({ position, epoch, tip }: Place): SavedPlace {
  return { position, epoch, tip }
}

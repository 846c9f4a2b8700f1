/** The catalog's part of the HTTP API, as this app uses it. */
import type { DocumentPage, DocumentSummary } from '@weft/protocol/http'
import { linkToken } from '../link-token.ts'

/** How a list may be ordered; `name` is the id in byte order. */
export type DocumentOrder = 'updated' | 'name' | 'created'

/** Which documents are listed, and in what order. */
export interface DocumentQuery {
  readonly order: DocumentOrder
  /** Only ids that begin with this; empty for all. */
  readonly prefix: string
}

/** A request that did not do what was asked. The message says so in a sentence that can be shown. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** The HTTP status, or 0 where no answer came. */
  readonly status: number

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** The server's limit for one page. */
const maxPageSize = 200

/**
 * The first documents of a list, as many pages as it takes.
 *
 * @param count how many are wanted; fewer come only where there are no more
 * @throws ApiError
 */
export async function listDocuments(query: DocumentQuery, count: number, signal: AbortSignal): Promise<DocumentPage> {
  const documents: DocumentSummary[] = []
  let next: string | null = null
  do {
    const parameters = new URLSearchParams({
      order: query.order,
      limit: String(Math.min(count - documents.length, maxPageSize)),
      ...(query.prefix === '' ? {} : { prefix: query.prefix }),
      ...(next === null ? {} : { cursor: next }),
    })
    const page = asPage(await request(`/api/v1/documents?${parameters}`, { signal }))
    documents.push(...page.documents)
    next = page.next
  } while (next !== null && documents.length < count)
  return { documents, next }
}

/** Creates a document, its id made up by the server. @throws ApiError */
export async function createDocument(): Promise<DocumentSummary> {
  return asSummary(await request('/api/v1/documents', { method: 'POST', body: '{}' }))
}

/** What the catalog knows of a document. @throws ApiError, with status 404 where it knows nothing */
export async function readDocument(id: string, signal: AbortSignal): Promise<DocumentSummary> {
  return asSummary(await request(`/api/v1/documents/${encodeURIComponent(id)}`, { signal }))
}

/** Sets a document's title. @throws ApiError */
export async function renameDocument(id: string, title: string): Promise<DocumentSummary> {
  const body = JSON.stringify({ title })
  return asSummary(await request(`/api/v1/documents/${encodeURIComponent(id)}`, { method: 'PATCH', body }))
}

async function request(path: string, init: RequestInit): Promise<unknown> {
  let response: Response
  try {
    const token = linkToken()
    const headers = {
      accept: 'application/json',
      ...(init.body == null ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    response = await fetch(path, { ...init, headers })
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    throw new ApiError('The server cannot be reached.', 0, { cause })
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw new ApiError(problemText(body, response.status), response.status)
  return body
}

/** A sentence from problem+json, or one of our own where a proxy or an older server answered something else. */
function problemText(body: unknown, status: number): string {
  if (isRecord(body)) {
    const { title, detail } = body
    const text = [title, detail].filter((part) => typeof part === 'string' && part !== '').join(': ')
    if (text !== '') return /[.!?]$/.test(text) ? text : `${text}.`
  }
  return `The server answered with status ${status}.`
}

function asPage(body: unknown): DocumentPage {
  if (isRecord(body) && Array.isArray(body['documents'])) {
    const { next } = body
    return { documents: body['documents'].map(asSummary), next: typeof next === 'string' ? next : null }
  }
  throw unexpected()
}

function asSummary(body: unknown): DocumentSummary {
  if (!isRecord(body)) throw unexpected()
  const { id, title, created, createdBy, updated, bytes, people } = body
  if (typeof id !== 'string' || typeof updated !== 'string') throw unexpected()
  return {
    id,
    title: typeof title === 'string' ? title : '',
    created: typeof created === 'string' ? created : updated,
    createdBy: typeof createdBy === 'string' ? createdBy : '',
    updated,
    bytes: typeof bytes === 'number' ? bytes : 0,
    people: Array.isArray(people) ? people.flatMap(asPerson) : [],
  }
}

function asPerson(value: unknown): { name: string; color: string }[] {
  if (!isRecord(value)) return []
  const { name, color } = value
  return typeof name === 'string' && typeof color === 'string' ? [{ name, color }] : []
}

function unexpected(): ApiError {
  return new ApiError('The server answered something that this page does not understand. Reloading may help.', 200)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

import type { ServerResponse } from 'node:http'
import { isDocumentId } from '@weft/protocol'
import type { Context } from 'hono'
import type { z } from 'zod'
import type { Identity } from '../auth/access.ts'
import { invalidRequest, ProblemError } from './problem.ts'

/** What a request knows once it was let in. */
export interface EdgeEnvironment {
  /** What the HTTP server of Node makes of the answer. */
  Bindings: { readonly outgoing?: Pick<ServerResponse, 'once'> }
  Variables: {
    identity: Identity
    /** What was done, as far as the path does not say it: for the audit trail. */
    acted?: { readonly document?: string | undefined; readonly target?: string | undefined }
  }
}

/** Whether a request of a method has no body and changes nothing. */
export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** A request whose path has a document's id. */
export interface NamesDocument {
  readonly req: { readonly param: (name: 'id') => string | undefined }
}

/**
 * The document id in a request's path.
 *
 * @throws ProblemError
 */
export function idOf(context: NamesDocument): string {
  const id = context.req.param('id') ?? ''
  if (!isDocumentId(id)) throw new ProblemError('invalid-document-id', 404, 'the path names no document id')
  return id
}

/**
 * Whether the caller can do without the body of what it changed (RFC 7240). Says so in the answer's head where it can.
 */
export function prefersMinimal(context: Context): boolean {
  const preferences = (context.req.header('prefer') ?? '').split(/[,;]/).map((preference) => preference.trim())
  const minimal = preferences.includes('return=minimal')
  if (minimal) context.header('Preference-Applied', 'return=minimal')
  return minimal
}

/**
 * What came in, as its schema has it.
 *
 * @throws ProblemError that names each field which is wrong
 */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input)
  if (!result.success) throw invalidRequest(result.error)
  return result.data
}

/**
 * The body as text.
 *
 * @throws ProblemError where it is not UTF-8
 */
export async function readText(context: Context): Promise<string> {
  const body = await context.req.arrayBuffer()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new ProblemError('invalid-request', 400, 'the body is not UTF-8')
  }
}

/**
 * The body as JSON; no body counts as `{}`.
 *
 * @throws ProblemError
 */
export async function readJson(context: Context): Promise<unknown> {
  const text = await readText(context)
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new ProblemError('invalid-request', 400, 'the body is not JSON')
  }
}

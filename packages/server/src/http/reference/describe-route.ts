import type { ProblemKind } from '@weft/protocol/http'
import type { MiddlewareHandler } from 'hono'
import { z } from 'zod'
import { parse, readJson } from '../requests.ts'

/** A body or an answer that is not JSON of one schema. */
export interface Media {
  /** For example `application/octet-stream`. */
  readonly type: string
  /** What it holds. */
  readonly text: string
  /** Where it is JSON after all, or lines or events of it. */
  readonly schema?: z.ZodType
}

/** An answer: JSON of a schema, one of several media, or, with nothing in its body, what it means. */
export type Answer = z.ZodType | readonly Media[] | string

/** What a route takes and answers. The API's document, its page and its typed client are made of these. */
export interface Description<Query, Body> {
  /** A verb and its object, which the typed client has as its method's name: `listDocuments`. */
  readonly id: string
  /** A short phrase. */
  readonly summary: string
  /** Whatever else one should know, in sentences. */
  readonly text?: string
  /** Who may: `write on the document`. Undefined where no token is asked for. */
  readonly needs: string | undefined
  /** What the parameters of the path are, by name; `id` is a document's where nothing is said. */
  readonly params?: Readonly<Record<string, string>>
  readonly query?: z.ZodType<Query>
  /** JSON of a schema, or else media that the handler reads itself. */
  readonly body?: z.ZodType<Body> | readonly Media[]
  /** Headers of the request that mean something, by name. */
  readonly headers?: Readonly<Record<string, string>>
  readonly answers: Readonly<Record<number, Answer>>
  /** Headers of the answers, by name. */
  readonly answerHeaders?: Readonly<Record<string, string>>
  /** Problems beside those that follow from the rest: no token, a body or a query that is wrong, a store that is away. */
  readonly refuses?: readonly ProblemKind[]
}

/** The request as it was described. Read when the handler asks, so that it may decide on access first. */
export interface Asked<Query, Body> {
  /** @throws ProblemError 400 that names the parameters which are wrong */
  query(): Query
  /** JSON; no body counts as `{}`. @throws ProblemError 400 that names the fields which are wrong */
  body(): Promise<Body>
}

/** Any route's description. */
export type AnyDescription = Description<unknown, unknown>

/** By the middleware that stands for it among an app's routes. */
const descriptions = new WeakMap<object, AnyDescription>()

/**
 * Describes a route, first among its handlers, and reads its query and body by that description:
 * `.patch('/:id', describeRoute({ … }), async (context) => { const { title } = await context.var.asked.body() … })`.
 */
export function describeRoute<Query = never, Body = never>(
  description: Description<Query, Body>,
): MiddlewareHandler<{ Variables: { asked: Asked<Query, Body> } }> {
  const { query, body } = description
  const middleware: MiddlewareHandler<{ Variables: { asked: Asked<Query, Body> } }> = async (context, next) => {
    context.set('asked', {
      query: () => parse(query ?? z.never(), context.req.query()),
      body: async () => parse(body instanceof z.ZodType ? body : z.never(), await readJson(context)),
    })
    await next()
  }
  descriptions.set(middleware, description)
  return middleware
}

/** The description that a handler is, if it is one. */
export function descriptionOf(handler: object): AnyDescription | undefined {
  return descriptions.get(handler)
}

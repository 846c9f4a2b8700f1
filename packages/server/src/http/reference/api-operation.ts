import { documentIdSchema, type ProblemKind, problemKinds, problemSchema } from '@weft/protocol/http'
import { z } from 'zod'
import { takesKey } from '../idempotency.ts'
import type { AnyDescription, Answer, Media } from './describe-route.ts'
import type { JsonSchema, SchemaComponents } from './json-schema.ts'

/** Contents by their media type. */
type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>

/** What a path, a query or the headers of a request hold. */
export interface ApiParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

/** One way in which a request is answered. */
export interface ApiResponse {
  readonly description: string
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>
  readonly content?: Content
}

/** One route of the API's document. */
export interface ApiOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  /** Empty where no token is asked for. */
  readonly security?: readonly []
  readonly parameters?: readonly ApiParameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  /** By status. */
  readonly responses: Readonly<Record<string, ApiResponse>>
  /** Who may, in words. */
  readonly 'x-weft-needs'?: string
}

/** A route's part of the document. */
export function operationOf(
  plain: AnyDescription,
  { method, path }: { readonly method: string; readonly path: string },
  schemas: SchemaComponents,
): ApiOperation {
  const description = method === 'POST' && takesKey(path) ? withKey(plain) : plain
  const { id, summary, text, needs, body } = description
  const parameters = parametersOf(description, path, schemas)
  return {
    operationId: id,
    tags: [tagOf(path)],
    summary,
    ...(text === undefined ? {} : { description: text }),
    ...(needs === undefined ? { security: [] } : { 'x-weft-needs': needs }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            // No body is read as an object without fields.
            required: !(body instanceof z.ZodType && body.safeParse({}).success),
            content: body instanceof z.ZodType ? json(schemas.use(body)) : contentOf(body, schemas),
          },
        }),
    responses: { ...successes(description, schemas), ...refusals(kindsOf(description, path), schemas) },
  }
}

/** A route whose requests may bring an `Idempotency-Key`. */
function withKey(description: AnyDescription): AnyDescription {
  const said =
    'A request that repeats another one of this key, within a day, is answered as that one was, and does nothing.'
  return {
    ...description,
    headers: { ...description.headers, 'Idempotency-Key': said },
    refuses: [...(description.refuses ?? []), 'invalid-request', 'key-in-use', 'key-reused'],
  }
}

/** Routes are grouped by the first word of their path. */
function tagOf(path: string): string {
  return /^\/api\/v1\/([^/.]+)(?:\/|$)/.exec(path)?.[1] ?? 'service'
}

function parametersOf(description: AnyDescription, path: string, schemas: SchemaComponents): ApiParameter[] {
  const { params = {}, query, headers = {} } = description
  const named = [...path.matchAll(/:(\w+)/g)].map(([, name = '']): ApiParameter => {
    const said = params[name]
    const schema: JsonSchema = name === 'id' && said === undefined ? schemas.use(documentIdSchema) : { type: 'string' }
    return { name, in: 'path', required: true, ...(said === undefined ? {} : { description: said }), schema }
  })
  const { properties = {}, required = [] } = query === undefined ? {} : schemas.use(query)
  const asked = Object.entries(properties).map(([name, property]): ApiParameter => {
    const { description: said, ...schema } = typeof property === 'object' ? property : {}
    const isRequired = required.includes(name)
    return { name, in: 'query', required: isRequired, ...(said === undefined ? {} : { description: said }), schema }
  })
  const sent = Object.entries(headers).map(([name, said]): ApiParameter => ({
    name,
    in: 'header',
    required: false,
    description: said,
    schema: { type: 'string' },
  }))
  return [...named, ...asked, ...sent]
}

const meanings: Readonly<Record<string, string>> = { 200: 'As asked.', 201: 'Created.', 202: 'Accepted.' }

function successes(description: AnyDescription, schemas: SchemaComponents): Record<string, ApiResponse> {
  const { answers, answerHeaders = {} } = description
  const headers = Object.fromEntries(
    Object.entries(answerHeaders).map(([name, said]) => [
      name,
      { description: said, schema: { type: 'string' as const } },
    ]),
  )
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]): [string, ApiResponse] => [
      status,
      {
        description: typeof answer === 'string' ? answer : (meanings[status] ?? 'As asked.'),
        ...(Object.keys(headers).length === 0 ? {} : { headers }),
        ...answerContent(answer, schemas),
      },
    ]),
  )
}

function answerContent(answer: Answer, schemas: SchemaComponents): { content?: Content } {
  if (typeof answer === 'string') return {}
  return { content: answer instanceof z.ZodType ? json(schemas.use(answer)) : contentOf(answer, schemas) }
}

function json(schema: JsonSchema): Content {
  return { 'application/json': { schema } }
}

/** What is not of a schema is whatever bytes there are; its text goes where a schema's does. */
function contentOf(media: readonly Media[], schemas: SchemaComponents): Content {
  return Object.fromEntries(
    media.map(({ type, text, schema }) => [
      type,
      { schema: { ...(schema === undefined ? {} : schemas.use(schema)), description: text } },
    ]),
  )
}

/** All problems of a route, with those that follow from what it takes. */
function kindsOf({ needs, query, body, refuses = [] }: AnyDescription, path: string): ProblemKind[] {
  const invalid: ProblemKind[] = query === undefined && body === undefined ? [] : ['invalid-request']
  const large: ProblemKind[] = body === undefined ? [] : ['message-too-large']
  const unnamed: ProblemKind[] = path.includes('/documents/:id') ? ['invalid-document-id'] : []
  const closed: ProblemKind[] =
    needs === undefined ? [] : ['unauthorized', 'revoked', 'store-unavailable', 'keys-unavailable']
  return [
    ...new Set<ProblemKind>([...invalid, ...large, ...unnamed, ...closed, 'forbidden-origin', 'internal', ...refuses]),
  ]
}

function refusals(kinds: readonly ProblemKind[], schemas: SchemaComponents): Record<string, ApiResponse> {
  const statuses = [...new Set(kinds.map((kind) => problemKinds[kind].status))].sort((a, b) => a - b)
  return Object.fromEntries(
    statuses.map((status): [string, ApiResponse] => {
      const lines = kinds
        .filter((kind) => problemKinds[kind].status === status)
        .map((kind) => `\`${kind}\`: ${problemKinds[kind].text}`)
      const content = { 'application/problem+json': { schema: schemas.use(problemSchema) } }
      return [String(status), { description: lines.join('\n'), content }]
    }),
  )
}

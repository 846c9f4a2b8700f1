import type { Problem } from '@weft/protocol/http'
import { problemKinds } from '@weft/protocol/http'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Hono } from 'hono'
import { expect } from 'vitest'
import { type ApiDocument, apiDocument } from '../../src/http/reference/api-document.ts'
import type { ApiOperation } from '../../src/http/reference/api-operation.ts'
import type { JsonSchema } from '../../src/http/reference/json-schema.ts'

/**
 * Asks an app, and expects that the answer is one that its own OpenAPI document describes: its status, its media type, and every
 * field of its JSON; of what succeeds, the body that was sent, too. Every test of a route asks this way, so a description that
 * is not true does not last.
 */
export async function askAsDescribed(app: Hono, request: Request): Promise<Response> {
  const sent = await request.clone().text()
  const response = await app.fetch(request)
  const document = documentOf(app)
  const operation = operationAt(document, request)
  if (operation === undefined) return response
  const where = `${operation.operationId} ${response.status}`
  const described = operation.responses[response.status]
  expect(described, `${where} is described`).toBeDefined()
  const bodiless = request.method === 'HEAD' || response.headers.get('preference-applied') === 'return=minimal'
  if (described?.content !== undefined && !bodiless) {
    const type = response.headers.get('content-type')?.split(';')[0] ?? ''
    const types = Object.keys(described.content)
    if (!types.includes('*/*')) expect(types, `${where}: media types`).toContain(type)
    if (type.endsWith('json')) {
      const body: unknown = await response.clone().json()
      expectSchema(document, described.content[type]?.schema, body, `${where} answers`)
      if (type === 'application/problem+json') expectKind(described.description, body, where)
    }
  }
  const taken = operation.requestBody?.content['application/json']
  if (response.ok && taken !== undefined && sent !== '') {
    expectSchema(document, taken.schema, JSON.parse(sent), `${where} takes`)
  }
  return response
}

function operationAt({ paths }: ApiDocument, { method, url }: Request): ApiOperation | undefined {
  const path = new URL(url).pathname
  const found = Object.entries(paths).find(([template]) => {
    const pattern = template.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')
    return new RegExp(`^${pattern}$`).test(path)
  })
  return found?.[1][method === 'HEAD' ? 'get' : method.toLowerCase()]
}

/** An app of the same routes has the same document. */
const documents = new Map<string, ApiDocument>()

function documentOf({ routes }: Hono): ApiDocument {
  const key = routes.map(({ method, path }) => `${method} ${path}`).join('\n')
  const document = documents.get(key) ?? apiDocument(routes)
  documents.set(key, document)
  return document
}

const validators = new Map<string, ValidateFunction>()

function expectSchema(
  { components }: ApiDocument,
  schema: JsonSchema | undefined,
  value: unknown,
  where: string,
): void {
  // What it describes is closed, so that a field which nobody described is found too.
  const text = JSON.stringify({ ...schema, components }, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && 'properties' in part && 'type' in part
      ? { additionalProperties: false, ...part }
      : part,
  )
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  const validate = validators.get(text) ?? ajv.compile(JSON.parse(text))
  validators.set(text, validate)
  expect(validate(value), `${where} ${ajv.errorsText(validate.errors)}`).toBe(true)
}

/** A problem is of a kind that the route says it has, and that kind has one status wherever it comes from. */
function expectKind(description: string, body: unknown, where: string): void {
  const { type, status }: Problem = JSON.parse(JSON.stringify(body))
  const kind = type.replace('/problems/', '')
  expect(description, `${where}: kinds`).toContain(`\`${kind}\``)
  expect(new Map(Object.entries(problemKinds)).get(kind)?.status, `${where}: status of ${kind}`).toBe(status)
}

import type { RouterRoute } from 'hono/types'
import { operationOf } from './api-operation.ts'
import { descriptionOf } from './describe-route.ts'
import { type JsonSchema, SchemaComponents } from './json-schema.ts'
import type { ApiOperation } from './api-operation.ts'

/** An OpenAPI 3.1 document, as far as ours go. */
export interface ApiDocument {
  readonly openapi: '3.1.1'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  /** By path, then by method in small letters. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, string>>>>
  }
}

const about = `Documents, who may open them, and how the service is. Every node answers every request.

A request brings a token as \`Authorization: Bearer …\`. Lists come in pages whose \`next\` continues them. Whatever fails is
answered as \`application/problem+json\` with a \`type\` that stays, and a \`detail\` that says what to do. In a path, a slash
inside a document id is written \`%2F\`.`

/**
 * The document of an app's routes.
 *
 * @throws Error where two routes or two schemas have one name, or a schema has no JSON Schema: a mistake of ours
 */
export function apiDocument(routes: readonly RouterRoute[]): ApiDocument {
  const schemas = new SchemaComponents()
  const paths: Record<string, Record<string, ApiOperation>> = {}
  const ids = new Set<string>()
  for (const { method, path, handler } of routes) {
    const description = descriptionOf(handler)
    if (description === undefined) continue
    if (ids.has(description.id)) throw new Error(`two routes are called ${description.id}`)
    ids.add(description.id)
    const operations = (paths[pathTemplate(path)] ??= {})
    operations[method.toLowerCase()] = operationOf(description, { method, path }, schemas)
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Weft', version: '1', description: about },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: schemas.all,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Made by `weft token`, or by your back end.',
        },
      },
    },
  }
}

/** The routes of an app's API that nobody described, as `POST /api/v1/documents`. What ends in a star is for many of them. */
export function undescribedRoutes(routes: readonly RouterRoute[]): string[] {
  const named = routes.filter(({ path }) => path.startsWith('/api/v1/') && !path.endsWith('*'))
  const nameOf = ({ method, path }: RouterRoute): string => `${method} ${path}`
  const described = new Set(named.filter(({ handler }) => descriptionOf(handler) !== undefined).map(nameOf))
  return [...new Set(named.map(nameOf))].filter((name) => !described.has(name))
}

/** A path as OpenAPI writes it: `/documents/{id}`. */
function pathTemplate(path: string): string {
  return path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}')
}

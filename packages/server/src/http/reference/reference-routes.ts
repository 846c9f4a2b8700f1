import { Hono } from 'hono'
import type { RouterRoute } from 'hono/types'
import { z } from 'zod'
import { apiDocument, type ApiDocument } from './api-document.ts'
import { describeRoute } from './describe-route.ts'
import { referencePage } from './reference-page.ts'
import type { Html } from './reference-schema.ts'

const describing = {
  id: 'describeApi',
  summary: 'Describe the API',
  text: 'This document, as OpenAPI 3.1. The same for people is at `/api`.',
  needs: undefined,
  answers: { 200: z.looseObject({ openapi: z.string() }) },
} as const

/**
 * `/api/v1/openapi.json`, and the page at `/api` that is made of it. They tell no secret, so they ask for no token.
 *
 * @param routes all routes of the app, known once it is put together
 */
export function referenceRoutes(routes: () => readonly RouterRoute[]): Hono {
  let made: { readonly document: ApiDocument; readonly page: Html } | undefined
  const make = (): NonNullable<typeof made> => {
    const document = apiDocument(routes())
    return { document, page: referencePage(document) }
  }
  const reference = (): NonNullable<typeof made> => (made ??= make())
  return new Hono()
    .get('/api/v1/openapi.json', describeRoute(describing), (context) => context.json(reference().document))
    .get('/api', (context) => context.html(reference().page))
    .get('/api/', (context) => context.redirect('/api', 301))
}

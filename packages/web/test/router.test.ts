import { expect, test } from 'vitest'
import { documentPath, routeOf } from '../src/router.ts'

test.each([
  ['/', { page: 'documents' }],
  ['/d/abc', { page: 'document', id: 'abc' }],
  ['/d/team-a/plan', { page: 'document', id: 'team-a/plan' }],
  ['/d/team-a%2Fplan', { page: 'document', id: 'team-a/plan' }],
  ['/d/', { page: 'invalid-document', text: '' }],
  ['/d/a%20b', { page: 'invalid-document', text: 'a%20b' }],
  ['/d/%', { page: 'invalid-document', text: '%' }],
  ['/d/%252e', { page: 'invalid-document', text: '%252e' }],
  [`/d/${'a'.repeat(257)}`, { page: 'invalid-document', text: 'a'.repeat(257) }],
  ['/d', { page: 'not-found' }],
  ['/elsewhere', { page: 'not-found' }],
])('%s', (path, route) => {
  expect(routeOf(path)).toEqual(route)
})

test('a document’s path leads back to its id', () => {
  const id = 'Team-a/2027:plan.v2~draft_1'
  expect(routeOf(documentPath(id))).toEqual({ page: 'document', id })
})

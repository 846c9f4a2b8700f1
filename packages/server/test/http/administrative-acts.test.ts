import { expect, it } from 'vitest'
import { actOf } from '../../src/http/administrative-acts.ts'

const found = (method: string, path: string, query = '', status = 200): ReturnType<typeof actOf> =>
  actOf({ method, path, query: new URLSearchParams(query), status })

it.each([
  ['DELETE', 'documents/team%2Fa', '', { act: 'document.delete', document: 'team/a', target: undefined }],
  ['DELETE', 'documents/a', 'forever', { act: 'document.erase', document: 'a', target: undefined }],
  ['DELETE', 'documents/a/members/7', '', { act: 'member.remove', document: 'a', target: '7' }],
  ['DELETE', 'webhooks/h', '', { act: 'webhook.delete', document: undefined, target: 'h' }],
  ['POST', 'import', '', { act: 'import', document: undefined, target: undefined }],
  ['PUT', 'not/listed%zz', '', { act: 'PUT not/listed%zz', document: undefined, target: undefined }],
  ['DELETE', 'documents/%zz', '', { act: 'document.delete', document: '%zz', target: undefined }],
])('%s %s?%s is an act', (method, path, query, act) => {
  expect(found(method, path, query)).toEqual(act)
})

it.each([
  ['GET', 'documents'],
  ['HEAD', 'audit'],
  ['PATCH', 'documents/a'],
  ['POST', 'documents/a/content'],
  ['POST', 'documents/a/updates'],
  ['POST', 'tokens/inspect'],
])('%s %s is none', (method, path) => {
  expect(found(method, path)).toBeUndefined()
})

it('taking tokens back is one, trying it out is none', () => {
  expect(found('POST', 'revocations', '', 201)).toMatchObject({ act: 'revocation.create' })
  expect(found('POST', 'revocations', '', 200)).toBeUndefined()
})

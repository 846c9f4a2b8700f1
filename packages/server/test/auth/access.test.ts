import { describe, expect, it } from 'vitest'
import { type Grant, type Identity, judge, type Role, roleOn, type Verdict } from '../../src/auth/access.ts'
import { isDocumentPattern, matchesPattern } from '../../src/auth/document-pattern.ts'

function bearerOf(...grants: Grant[]): Identity {
  return {
    subject: 'ada',
    grants,
    token: undefined,
    withdrawn: (id) => id === 'team-a/withdrawn',
    withdrawnFrom: () => ['team-a/withdrawn'],
    expires: undefined,
  }
}

const writer = bearerOf({ documents: 'team-a/*', role: 'write' })
const reader = bearerOf({ documents: 'team-a/*', role: 'read' }, { documents: 'team-a/plan', role: 'admin' })

it.each<[string, Identity, string, Role, Verdict]>([
  ['nothing', bearerOf(), 'team-a/x', 'read', 'outside'],
  ['write on a team', writer, 'team-a/x', 'read', 'allowed'],
  ['write on a team', writer, 'team-a/x', 'write', 'allowed'],
  ['write on a team', writer, 'team-a/x', 'admin', 'too-small'],
  ['write on a team', writer, 'team-b/x', 'read', 'outside'],
  ['write on a team', writer, 'team-a', 'read', 'outside'],
  ['read on a team', reader, 'team-a/x', 'write', 'too-small'],
  ['the larger of two roles', reader, 'team-a/plan', 'admin', 'allowed'],
  ['admin on all', bearerOf({ documents: '*', role: 'admin' }), 'any/thing', 'admin', 'allowed'],
  ['write on a team', writer, 'team-a/withdrawn', 'read', 'revoked'],
  ['one document', bearerOf({ documents: 'a', role: 'read' }), 'a', 'read', 'allowed'],
  ['one document', bearerOf({ documents: 'a', role: 'read' }), 'ab', 'read', 'outside'],
])('who has %s: %#', (_name, identity, document, role, verdict) => {
  expect(judge(identity, { document, role })).toBe(verdict)
})

it('the largest role counts, in whatever order they are', () => {
  const grants: Grant[] = [
    { documents: 'a*', role: 'admin' },
    { documents: '*', role: 'read' },
  ]
  expect(roleOn(bearerOf(...grants), 'ab')).toBe('admin')
  expect(roleOn(bearerOf(...grants.toReversed()), 'ab')).toBe('admin')
  expect(roleOn(bearerOf(...grants), 'b')).toBe('read')
})

describe('a pattern', () => {
  it.each([
    ['*', 'a/b', true],
    ['team-a/*', 'team-a/b/c', true],
    ['team-a/*', 'team-ab', false],
    ['a*', 'a', true],
    ['*-public', 'team/x-public', true],
    ['*-public', 'team/x-publicly', false],
    ['a*b', 'ab', true],
    ['a*b', 'a/x/b', true],
    ['a*a', 'a', false],
    ['ab*ba', 'aba', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['a**c', 'abc', true],
    ['a.c', 'abc', false],
    ['a', 'A', false],
    ['', 'a', false],
  ])('%s and %s: %s', (pattern, id, fits) => {
    expect(matchesPattern(pattern, id)).toBe(fits)
  })

  it('with many stars costs no more than reading both', () => {
    const pattern = `${'a*'.repeat(120)}b`
    for (let i = 0; i < 1000; i++) expect(matchesPattern(pattern, 'a'.repeat(256))).toBe(false)
  })

  it('has the characters of ids and stars, and no more than an id', () => {
    for (const text of ['*', 'team-a/*', 'A.b_c:~/0-9*']) expect(isDocumentPattern(text)).toBe(true)
    for (const text of ['', 'a b', 'é*', 'a\n', '[a-z]', 'a'.repeat(257)]) expect(isDocumentPattern(text)).toBe(false)
  })
})

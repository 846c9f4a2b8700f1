import { expect, it } from 'vitest'
import { VerifiedTokens } from '../../src/auth/verified-tokens.ts'

const claims = { sub: 'ada', access: [], exp: 1 }

it('the tokens that were used last are remembered, and no more than so many', () => {
  const [tokens, keys] = [new VerifiedTokens(), {}]
  for (let i = 0; i < 2_000; i++) tokens.add(`${i}`, keys, claims)
  expect(tokens.get('0', keys)).toBe(claims)
  tokens.add('one more', keys, claims)
  expect(tokens.get('0', keys)).toBe(claims)
  expect(tokens.get('1', keys)).toBeUndefined()
  expect(tokens.get('2', keys)).toBe(claims)
})

it('what other keys verified is forgotten', () => {
  const [tokens, keys] = [new VerifiedTokens(), {}]
  tokens.add('token', keys, claims)
  expect(tokens.get('token', {})).toBeUndefined()
  expect(tokens.get('token', keys)).toBeUndefined()
})

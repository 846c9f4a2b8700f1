import { expect, it } from 'vitest'
import { linkToken } from '../src/link-token.ts'

it.each<[string, string | undefined]>([
  ['', undefined],
  ['#', undefined],
  ['#a-heading', undefined],
  ['#link=weft-link.YQ.A_-b', 'weft-link.YQ.A_-b'],
  ['#page=2&link=weft-link.YQ.A_-b', 'weft-link.YQ.A_-b'],
])('of %j the link is %s', (hash, token) => {
  expect(linkToken(hash)).toBe(token)
})

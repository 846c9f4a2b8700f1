import { expect, it } from 'vitest'
import { ownFileAt } from '../src/editor/own-images.ts'

const origin = 'https://weft.example'
const hash = '0a'.repeat(32)

it('a file of this server is known by its address, relative or not', () => {
  const path = `/api/v1/documents/team%2Fplan/files/${hash}`
  expect(ownFileAt(path, origin)).toEqual({ id: 'team/plan', hash })
  expect(ownFileAt(`${origin}${path}?x=1`, origin)).toEqual({ id: 'team/plan', hash })
})

it.each([
  `https://elsewhere.example/api/v1/documents/a/files/${hash}`,
  `${origin}/api/v1/documents/a/files/${hash}/address`,
  `${origin}/api/v1/documents/a/files/${hash.slice(1)}`,
  `${origin}/api/v1/documents/%/files/${hash}`,
  'https://[',
  '',
])('%s is none', (address) => {
  expect(ownFileAt(address, origin)).toBeUndefined()
})

import type { WeftHttp } from '@weft/client/http'
import { expect, it } from 'vitest'
import { firstDocuments } from '../src/documents/first-documents.ts'

const { signal } = new AbortController()

/** A server that has so many documents, and may give out short pages. */
function serverWith(total: number, largestPage: number, asked: unknown[]): Pick<WeftHttp, 'listDocuments'> {
  return {
    listDocuments: async (parameters) => {
      asked.push(parameters)
      const start = Number(parameters?.cursor ?? 0)
      const end = Math.min(start + Math.min(parameters?.limit ?? 0, largestPage), total)
      const documents = Array.from({ length: end - start }, (_, index) => ({
        id: `d${start + index}`,
        title: '',
        created: '',
        createdBy: '',
        updated: '',
        bytes: 0,
        people: [],
      }))
      return { documents, next: end < total ? String(end) : null }
    },
  }
}

it.each([
  [450, 200, 450, false],
  [450, 200, 300, true],
  [450, 7, 50, true],
  [0, 200, 50, false],
])('of %i documents in pages of at most %i, %i are listed', async (total, largestPage, count, more) => {
  const asked: unknown[] = []
  const query = { order: 'name', prefix: '' } as const
  const list = await firstDocuments(serverWith(total, largestPage, asked), query, count, signal)
  expect(list.documents.map(({ id }) => id)).toEqual(
    Array.from({ length: Math.min(count, total) }, (_, index) => `d${index}`),
  )
  expect(list.more).toBe(more)
})

it('asks for no more than a page may have, and for a prefix where there is one', async () => {
  const asked: unknown[] = []
  await firstDocuments(serverWith(500, 200, asked), { order: 'created', prefix: 'team/' }, 250, signal)
  expect(asked).toEqual([
    { order: 'created', limit: 200, cursor: undefined, prefix: 'team/' },
    { order: 'created', limit: 50, cursor: '200', prefix: 'team/' },
  ])
})

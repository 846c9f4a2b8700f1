import { MemoryStore } from '@weft/persistence'
import { type MemberList, memberListSchema } from '@weft/protocol/http'
import { expect, it } from 'vitest'
import { IdentityPolicy } from '../../src/auth/identity-policy.ts'
import { createEdge } from '../../src/http/edge.ts'
import type { MemberFacts } from '../../src/room/member-facts.ts'
import { askAsDescribed } from '../support/as-described.ts'
import { edgeParts } from '../support/edge-parts.ts'
import { noLinks } from '../support/store-parts.ts'

function factsOf(id: string, since: number): MemberFacts {
  return { id, subject: id, role: 'write', since, waitingBytes: 0, behind: false, unsaved: 0 }
}

it('members of all nodes are listed in pages, which show everyone once who stays meanwhile', async () => {
  const store = new MemoryStore()
  await store.catalog.create({ id: 'a', title: '', createdBy: 'ada', at: 1 })
  // Two came in the same millisecond, on either side of a page's end.
  const here = [factsOf('d', 4), factsOf('b', 2), factsOf('e', 5)]
  const there = [factsOf('c', 2), factsOf('a', 1)]
  const edge = createEdge({
    ...edgeParts(store),
    members: async () => ({
      answers: [
        { node: 'node-a', answer: here },
        { node: 'node-b', answer: there },
      ],
      unanswered: [],
    }),
    policy: new IdentityPolicy({ verifier: undefined, links: noLinks, anonymous: 'read', randomId: () => 'id' }),
  })
  const page = async (query: string): Promise<MemberList> => {
    const url = `http://127.0.0.1:8787/api/v1/documents/a/members${query}`
    const request = new Request(url, { headers: { host: '127.0.0.1:8787' } })
    return memberListSchema.parse(await (await askAsDescribed(edge, request)).json())
  }
  const idsOf = ({ members }: MemberList): string => members.map(({ id }) => id).join('')

  expect(idsOf(await page(''))).toBe('abcde')
  const first = await page('?limit=2')
  expect(idsOf(first)).toBe('ab')
  // Who leaves is not shown; who comes is shown last, wherever they are.
  here.shift()
  there.push(factsOf('f', 6))
  const second = await page(`?limit=2&cursor=${first.next}`)
  expect(idsOf(second)).toBe('ce')
  const last = await page(`?limit=2&cursor=${second.next}`)
  expect([idsOf(last), last.next]).toEqual(['f', null])
  expect((await page('?limit=5')).next).toBeNull()
})

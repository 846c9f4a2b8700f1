import type { Person } from '@weft/protocol'
import { StoreUnavailableError } from '@weft/persistence'
import { expect, it } from 'vitest'
import type { AllNodes } from '../../src/nodes/all-nodes.ts'
import { People } from '../../src/nodes/people.ts'
import { peopleQuestion, type PeopleOfDocument } from '../../src/nodes/questions.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'

const named = (name: string): Person => ({ name, color: '#aa0000' })

interface Fixture {
  readonly asked: unknown[]
  readonly surroundings: FakeSurroundings
  readonly people: People
  /** What this node answers to the question. */
  readonly own: (documents: readonly string[]) => unknown
}

/** Nodes whose answers are the test's. */
function fixture(
  answers: readonly (readonly PeopleOfDocument[])[] | Error,
  here: (document: string) => Person[] = () => [],
): Fixture {
  const asked: { question: string; documents: unknown; options: unknown }[] = []
  let own = (_documents: readonly string[]): unknown => undefined
  const nodes: Pick<AllNodes, 'answer' | 'ask'> = {
    answer: (question, answer) => {
      own = (documents) => answer(question.asked.parse(documents))
    },
    ask: async (question, documents, options) => {
      asked.push({ question: question.name, documents, options })
      if (answers instanceof Error) throw answers
      const told = answers.map((answer, index) => ({ node: `n${index}`, answer: question.answer.parse(answer) }))
      return { answers: told, unanswered: [] }
    },
  }
  const surroundings = new FakeSurroundings()
  return { asked, surroundings, people: new People({ nodes, here, surroundings }), own: (documents) => own(documents) }
}

it('E3: what is asked in one turn is one question, however many documents and listings', async () => {
  const { asked, surroundings, people } = fixture([
    [
      { document: 'a', people: [named('Ada')] },
      { document: '__proto__', people: [named('Eve')] },
    ],
    [{ document: 'a', people: [named('Bob')] }],
  ])
  const first = people.of(['a', 'b'])
  const second = people.of(['b', '__proto__'])
  surroundings.turn()
  expect([...(await first)]).toEqual([
    ['a', [named('Ada'), named('Bob')]],
    ['__proto__', [named('Eve')]],
  ])
  expect(await second).toBe(await first)
  expect(asked).toEqual([
    { question: 'people', documents: ['a', 'b', '__proto__'], options: { patience: 150, casual: true } },
  ])
  const third = people.of(['c'])
  surroundings.turn()
  await third
  expect(asked).toHaveLength(2)
  expect((await people.of([])).size).toBe(0)
  expect(asked).toHaveLength(2)
})

it('with the others unknown, those of this node are told', async () => {
  const { surroundings, people } = fixture(new StoreUnavailableError('away'), (document) =>
    document === 'a' ? [named('Ada')] : [],
  )
  const found = people.of(['a', 'b'])
  surroundings.turn()
  expect([...(await found)]).toEqual([['a', [named('Ada')]]])
})

it('a node answers for its own, without documents that have nobody, and of a crowd for a hundred', async () => {
  const crowd = Array.from({ length: 150 }, (_, index) => named(`p${index}`))
  const { own } = fixture([], (document) => (document === 'full' ? crowd : []))
  const answer = peopleQuestion.answer.parse(own(['full', 'empty']))
  expect(answer.map(({ document, people }) => [document, people.length])).toEqual([['full', 100]])
})

import type { Person } from '@weft/protocol'
import type { Surroundings } from '../room/surroundings.ts'
import type { AllNodes } from './all-nodes.ts'
import { type PeopleOfDocument, peopleQuestion } from './questions.ts'

/** How long a listing waits for what other nodes know, in milliseconds. */
const patience = 150

/** How many people of one document are told of. */
const maxPeople = 100

/** Who is in documents, by their ids. Those with nobody may be left out. */
export type PeopleIn = ReadonlyMap<string, readonly Person[]>

/** What is asked together. */
interface Batch {
  readonly documents: Set<string>
  readonly answer: Promise<PeopleIn>
}

/** What people are found with. */
export interface PeopleParts {
  readonly nodes: Pick<AllNodes, 'answer' | 'ask'>
  /** Who is in a document by the connections of this node. */
  readonly here: (document: string) => readonly Person[]
  readonly surroundings: Pick<Surroundings, 'soon'>
}

/**
 * Who is in documents, on whichever nodes. It is asked with every listing, so what is asked in one turn of the event loop goes
 * to the other nodes as one question, and what they do not say in time is left out.
 */
export class People {
  readonly #parts: PeopleParts
  #next: Batch | undefined

  constructor(parts: PeopleParts) {
    this.#parts = parts
    parts.nodes.answer(peopleQuestion, (documents) => this.#here(documents))
  }

  /** Never rejects. */
  async of(documents: readonly string[]): Promise<PeopleIn> {
    if (documents.length === 0) return new Map()
    this.#next ??= this.#begin()
    for (const document of documents) this.#next.documents.add(document)
    return await this.#next.answer
  }

  #begin(): Batch {
    const documents = new Set<string>()
    const gathered = new Promise<void>((resolve) => this.#parts.surroundings.soon(resolve))
    return { documents, answer: gathered.then(() => this.#ask([...documents])) }
  }

  async #ask(documents: readonly string[]): Promise<PeopleIn> {
    this.#next = undefined
    try {
      const { answers } = await this.#parts.nodes.ask(peopleQuestion, documents, { patience, casual: true })
      return together(answers.flatMap(({ answer }) => answer))
    } catch {
      // Who the others are is not known at the moment. A listing is worth more than who is where.
      return together(this.#here(documents))
    }
  }

  #here(documents: readonly string[]): PeopleOfDocument[] {
    return documents
      .map((document) => ({ document, people: this.#parts.here(document).slice(0, maxPeople) }))
      .filter(({ people }) => people.length > 0)
  }
}

function together(answers: readonly PeopleOfDocument[]): PeopleIn {
  const found = new Map<string, readonly Person[]>()
  for (const { document, people } of answers) {
    found.set(document, [...(found.get(document) ?? []), ...people].slice(0, maxPeople))
  }
  return found
}

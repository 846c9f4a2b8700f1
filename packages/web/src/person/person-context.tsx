import type { Person } from '@weft/protocol'
import { type ReactNode, createContext, useCallback, useContext, useMemo, useState } from 'react'
import { keepPerson, makePerson, readPerson } from './person.ts'

interface PersonContextValue {
  readonly person: Person
  readonly setPerson: (person: Person) => void
}

const PersonContext = createContext<PersonContextValue | undefined>(undefined)

/** Holds who sits at this browser. */
export function PersonProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [person, setPersonState] = useState<Person>(startingPerson)
  const setPerson = useCallback((next: Person) => {
    const storage = localStorageIfAllowed()
    if (storage) keepPerson(storage, next)
    setPersonState(next)
  }, [])
  const value = useMemo(() => ({ person, setPerson }), [person, setPerson])
  return <PersonContext value={value}>{children}</PersonContext>
}

/** Who sits at this browser, and how to change it. */
export function usePerson(): PersonContextValue {
  const value = useContext(PersonContext)
  if (value === undefined) throw new Error('usePerson outside PersonProvider')
  return value
}

function startingPerson(): Person {
  const storage = localStorageIfAllowed()
  const kept = storage && readPerson(storage)
  if (kept) return kept
  const made = makePerson()
  if (storage) keepPerson(storage, made)
  return made
}

// With cookies blocked, reading `localStorage` itself throws.
function localStorageIfAllowed(): Storage | undefined {
  try {
    return window.localStorage
  } catch {
    return undefined
  }
}

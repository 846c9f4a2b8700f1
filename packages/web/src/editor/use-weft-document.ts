import { type DocumentState, type OfflineCopyState, type WeftDocument, openDocument } from '@weft/client'
import { type Person, personOf, richTextField, userField } from '@weft/protocol'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { linkToken } from '../link-token.ts'

/** Opens a document for as long as the component is there. Undefined until the first effect has run. */
export function useWeftDocument(id: string, person: Person): WeftDocument | undefined {
  const [opened, setOpened] = useState<WeftDocument>()
  const latestPerson = useRef(person)

  useEffect(() => {
    const token = linkToken()
    const access = token === undefined ? {} : { token }
    const weft = openDocument({ url: window.location.origin, id, user: latestPerson.current, ...access })
    setOpened(weft)
    return () => {
      setOpened(undefined)
      void weft.close()
    }
  }, [id])

  useEffect(() => {
    latestPerson.current = person
    opened?.awareness.setLocalStateField(userField, person)
  }, [opened, person])

  return opened
}

/** Where the document stands now. */
export function useDocumentState(weft: WeftDocument): DocumentState {
  return useSyncExternalStore(
    (listener) => weft.subscribe(listener),
    () => weft.state,
  )
}

/** Whether edits are being kept on this device. */
export function useOfflineCopy(weft: WeftDocument): OfflineCopyState {
  return useSyncExternalStore(
    (listener) => weft.subscribe(listener),
    () => weft.offlineCopy,
  )
}

/** What there is to show of a document. */
export type Content =
  /** Neither the copy on this device nor the server has said anything yet. */
  | 'loading'
  /** This device has no copy, and the server has not answered. */
  | 'absent'
  /** A copy of this device, or in sync with the server. */
  | 'there'

/** Whether the document can be shown: never an empty page for one whose text is still on its way. */
export function useContent(weft: WeftDocument): Content {
  const [content, setContent] = useState<Content>('loading')
  useEffect(() => {
    let current = true
    const set = (next: Content): void => {
      if (current) setContent((before) => (before === 'there' ? before : next))
    }
    void weft.loaded.then(() => set(weft.doc.getXmlFragment(richTextField).length > 0 ? 'there' : 'absent'))
    void weft.synced.then(() => set('there'))
    return () => {
      current = false
    }
  }, [weft])
  return content
}

/** The others who have the document open, in a steady order. */
export function useOthers({ awareness }: WeftDocument): readonly Person[] {
  const [others, setOthers] = useState<readonly Person[]>([])
  useEffect(() => {
    const read = (): void => {
      const present = [...awareness.getStates()]
        .filter(([clientId]) => clientId !== awareness.clientID)
        .toSorted(([a], [b]) => a - b)
        .flatMap(([, state]) => personOf(state) ?? [])
        // One person with the document open twice is one person.
        .filter((person, index, all) => index === all.findIndex((other) => samePerson(person, other)))
      // Carets move many times a second; who is here changes rarely.
      setOthers((before) => (samePeople(before, present) ? before : present))
    }
    read()
    awareness.on('change', read)
    return () => awareness.off('change', read)
  }, [awareness])
  return others
}

function samePerson(a: Person, b: Person | undefined): boolean {
  return a.name === b?.name && a.color === b.color
}

function samePeople(a: readonly Person[], b: readonly Person[]): boolean {
  return a.length === b.length && a.every((person, index) => samePerson(person, b[index]))
}

/** Asks before the page is left while changes would be lost with it. */
export function useLeaveWarning({ unsaved }: DocumentState, offlineCopy: OfflineCopyState): void {
  const wouldLose = unsaved > 0 && offlineCopy !== 'kept'
  useEffect(() => {
    if (!wouldLose) return
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [wouldLose])
}

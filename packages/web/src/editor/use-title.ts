import { useCallback, useEffect, useRef, useState } from 'react'
import { WeftHttpError } from '@weft/client/http'
import { problemText, weftHttp } from '../weft-http.ts'

/** Longest title that the API takes, in characters (`maxTitleLength` of @weft/protocol/http, which would bring zod). */
export const maxTitleLength = 200

/** After the last keystroke, in milliseconds. */
const saveDelay = 800

/** How often others' changes of the title are looked for, in milliseconds. */
const refreshInterval = 5000

interface Title {
  /** Undefined until the catalog has answered. */
  readonly text: string | undefined
  /** Why the title as it stands is not saved, where it is not. */
  readonly problem: string | undefined
  readonly edit: (text: string) => void
  /** Saves now what is not saved yet. */
  readonly save: () => void
}

/**
 * A document's title, kept by the catalog.
 *
 * @param live whether the document is in sync: when it comes back, a title that could not be saved is tried again, and
 * a document that was made by opening it is known to the catalog
 */
export function useTitle(id: string, live: boolean): Title {
  const [text, setText] = useState<string>()
  const [problem, setProblem] = useState<string>()
  // What differs from the catalog, so that a refresh never overwrites what is being written.
  const draft = useRef<string | undefined>(undefined)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  const save = useCallback(async () => {
    clearTimeout(timer.current)
    const title = draft.current
    if (title === undefined) return
    try {
      await weftHttp().changeDocument({ id }, { title: title.trim() })
      if (draft.current === title) draft.current = undefined
      setProblem(undefined)
    } catch (error) {
      setProblem(problemText(error))
    }
  }, [id])

  const edit = useCallback(
    (next: string) => {
      draft.current = next
      setText(next)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void save(), saveDelay)
    },
    [save],
  )

  useEffect(() => {
    if (!live) return
    const soon = setTimeout(() => void save())
    return () => clearTimeout(soon)
  }, [live, save])

  // Leaving the page within the delay must not lose the title.
  useEffect(() => () => void save(), [save])

  useEffect(() => {
    const ended = new AbortController()
    let next: ReturnType<typeof setTimeout> | undefined
    const refresh = async (): Promise<void> => {
      clearTimeout(next)
      if (document.visibilityState === 'visible') {
        const title = await readTitle(id, ended.signal)
        if (ended.signal.aborted) return
        if (title !== undefined && draft.current === undefined) setText(title)
      }
      next = setTimeout(() => void refresh(), refreshInterval)
    }
    void refresh()
    return () => {
      ended.abort()
      clearTimeout(next)
    }
  }, [id, live])

  return { text, problem, edit, save: () => void save() }
}

/** The catalog's title; empty where it does not know the document yet, undefined where it did not answer. */
async function readTitle(id: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await weftHttp().showDocument({ id }, { signal })).title
  } catch (error) {
    return error instanceof WeftHttpError && error.status === 404 ? '' : undefined
  }
}

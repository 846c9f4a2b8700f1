import type { Document } from '@weft/client/http'
import { useCallback, useEffect, useState } from 'react'
import { problemText, weftHttp } from '../weft-http.ts'
import { type DocumentQuery, firstDocuments } from './first-documents.ts'

const pageSize = 50

/** Often enough that who is where feels live, rarely enough to cost a server nothing. In milliseconds. */
const refreshInterval = 3000

/** What the list knows. A list that was loaded once stays on the screen whatever happens to later refreshes. */
type DocumentListState =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly problem: string }
  | {
      readonly status: 'ready'
      readonly query: DocumentQuery
      readonly documents: readonly Document[]
      readonly more: boolean
      /** Why the last refresh failed, where it did. */
      readonly problem?: string
    }

interface DocumentList {
  readonly state: DocumentListState
  readonly loadMore: () => void
  readonly retry: () => void
}

/** The list of documents, kept fresh while the page is visible. */
export function useDocumentList({ order, prefix }: DocumentQuery): DocumentList {
  const [state, setState] = useState<DocumentListState>({ status: 'loading' })
  const [wanted, setWanted] = useState(pageSize)
  const [attempt, setAttempt] = useState(0)

  useEffect(() => {
    const ended = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let running = false

    const load = async (): Promise<void> => {
      try {
        const { documents, more } = await firstDocuments(weftHttp(), { order, prefix }, wanted, ended.signal)
        if (ended.signal.aborted) return
        setState({ status: 'ready', query: { order, prefix }, documents, more })
      } catch (error) {
        if (ended.signal.aborted) return
        const problem = problemText(error)
        setState((before) => (before.status === 'ready' ? { ...before, problem } : { status: 'failed', problem }))
      }
    }
    const refresh = async (): Promise<void> => {
      if (running || document.visibilityState === 'hidden') return
      running = true
      clearTimeout(timer)
      await load()
      running = false
      if (!ended.signal.aborted) timer = setTimeout(() => void refresh(), refreshInterval)
    }
    const onVisible = (): void => void refresh()

    void refresh()
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      ended.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [order, prefix, wanted, attempt])

  const loadMore = useCallback(() => setWanted((count) => count + pageSize), [])
  const retry = useCallback(() => {
    setState((before) => (before.status === 'failed' ? { status: 'loading' } : before))
    setAttempt((count) => count + 1)
  }, [])
  return { state, loadMore, retry }
}

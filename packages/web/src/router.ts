/** Three kinds of page do not need a library: the path is read from history, and written to it. */
import { documentIdFromPath } from '@weft/protocol'
import { type MouseEvent, useSyncExternalStore } from 'react'

/** Which page a path names. */
export type Route =
  | { readonly page: 'documents' }
  | { readonly page: 'document'; readonly id: string }
  | { readonly page: 'invalid-document'; readonly text: string }
  | { readonly page: 'not-found' }

const documentPrefix = '/d/'

/** Reads a raw path, as `location.pathname` has it. */
export function routeOf(path: string): Route {
  if (path === '/') return { page: 'documents' }
  if (!path.startsWith(documentPrefix)) return { page: 'not-found' }
  const id = documentIdFromPath(path, documentPrefix)
  return id === undefined
    ? { page: 'invalid-document', text: path.slice(documentPrefix.length) }
    : { page: 'document', id }
}

/** The path of a document's page. Every character of an id may stand in a path as it is. */
export function documentPath(id: string): string {
  return documentPrefix + id
}

const listeners = new Set<() => void>()

let navigated = false

/** Whether this page was reached within the app, rather than loaded by the browser. */
export function hasNavigated(): boolean {
  return navigated
}

function subscribe(listener: () => void): () => void {
  const onTraverse = (): void => {
    navigated = true
    listener()
  }
  listeners.add(listener)
  window.addEventListener('popstate', onTraverse)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', onTraverse)
  }
}

/** The path now; the component renders again when it changes. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname)
}

/** What a page is told by whoever leads to it. It is kept with the history's entry. */
interface NavigationState {
  /** The document was made just now, so its title is what one writes first. */
  readonly isNew?: boolean
}

/** Goes to a path of this app. */
export function navigate(path: string, state: NavigationState = {}): void {
  window.history.pushState(state, '', path)
  navigated = true
  window.scrollTo(0, 0)
  for (const listener of listeners) listener()
}

/** For a link's `onClick`: navigates without a page load, unless the click asks for a tab or window of its own. */
export function followLink(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0) return
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  navigate(event.currentTarget.pathname)
}

/** Whether this page was opened by making its document. Asked once: a reload of it is an ordinary visit. */
export function takeIsNew(): boolean {
  const state: unknown = window.history.state
  const isNew = typeof state === 'object' && state !== null && 'isNew' in state && state.isNew === true
  if (isNew) window.history.replaceState({}, '')
  return isNew
}

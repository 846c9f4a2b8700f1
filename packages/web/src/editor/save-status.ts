import type { DocumentState, OfflineCopyState } from '@weft/client'
import { refusalHelp } from './refusal-help.ts'

/** What the indicator says. */
export interface SaveStatus {
  readonly tone: 'good' | 'busy' | 'warn' | 'bad'
  readonly text: string
  /** Whether trying again is up to the person. */
  readonly canRetry: boolean
}

/**
 * The one sentence about where one's changes are. "Saved" is said of a live document without unsaved changes, and of
 * nothing else.
 */
export function saveStatus(state: DocumentState, offlineCopy: OfflineCopyState): SaveStatus {
  const { unsaved } = state
  switch (state.status) {
    case 'connecting':
      return { tone: 'busy', text: connectingText(unsaved, offlineCopy), canRetry: false }
    case 'syncing':
      return { tone: 'busy', text: unsaved === 0 ? 'Catching up…' : `Saving ${changes(unsaved)}`, canRetry: false }
    case 'live':
      return unsaved === 0
        ? { tone: 'good', text: 'Saved', canRetry: false }
        : { tone: 'busy', text: `Saving ${changes(unsaved)}`, canRetry: false }
    case 'offline':
      return { ...offlineStatus(unsaved, offlineCopy), canRetry: true }
    case 'refused':
      return { tone: 'bad', text: `Refused: ${refusalHelp[state.kind].short}`, canRetry: false }
  }
}

function connectingText(unsaved: number, offlineCopy: OfflineCopyState): string {
  if (unsaved === 0) return 'Connecting…'
  return `Connecting… ${offlineCopy === 'kept' ? `${changes(unsaved)} kept on this device` : notSavedYet(unsaved)}`
}

function offlineStatus(unsaved: number, offlineCopy: OfflineCopyState): Pick<SaveStatus, 'tone' | 'text'> {
  if (offlineCopy === 'unavailable') {
    return {
      tone: 'bad',
      text:
        unsaved === 0
          ? 'Offline: not kept if you close this page'
          : `Offline: ${changes(unsaved)} not kept if you close this page`,
    }
  }
  if (unsaved === 0) return { tone: 'warn', text: 'Offline: nothing is unsaved' }
  if (offlineCopy === 'loading') return { tone: 'warn', text: `Offline: ${notSavedYet(unsaved)}` }
  return { tone: 'warn', text: `Offline: ${changes(unsaved)} kept on this device` }
}

function changes(count: number): string {
  return count === 1 ? '1 change' : `${count} changes`
}

function notSavedYet(count: number): string {
  return `${changes(count)} not saved yet`
}

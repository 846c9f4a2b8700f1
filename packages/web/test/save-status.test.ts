import type { DocumentState } from '@weft/client'
import { closeCodes } from '@weft/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refusalHelp } from '../src/editor/refusal-help.ts'
import { saveStatus } from '../src/editor/save-status.ts'

const text = (state: DocumentState, copy: 'loading' | 'kept' | 'unavailable' = 'kept'): string =>
  saveStatus(state, copy).text

describe('saveStatus', () => {
  test('says what each state means', () => {
    expect(text({ status: 'connecting', unsaved: 0 })).toBe('Connecting…')
    expect(text({ status: 'connecting', unsaved: 2 })).toBe('Connecting… 2 changes kept on this device')
    expect(text({ status: 'syncing', unsaved: 0 })).toBe('Catching up…')
    expect(text({ status: 'syncing', unsaved: 3 })).toBe('Saving 3 changes')
    expect(text({ status: 'live', unsaved: 0 })).toBe('Saved')
    expect(text({ status: 'live', unsaved: 1 })).toBe('Saving 1 change')
    expect(text({ status: 'offline', unsaved: 0, retryAt: 1 })).toBe('Offline: nothing is unsaved')
    expect(text({ status: 'offline', unsaved: 4, retryAt: 1 })).toBe('Offline: 4 changes kept on this device')
    expect(text({ status: 'refused', unsaved: 0, kind: 'read-only', reason: '' })).toBe(
      'Refused: you may read, not write',
    )
  })

  test('promises no copy on this device where there is none, or none is known of', () => {
    const offline: DocumentState = { status: 'offline', unsaved: 4, retryAt: undefined }
    expect(text(offline, 'unavailable')).toBe('Offline: 4 changes not kept if you close this page')
    expect(text(offline, 'loading')).toBe('Offline: 4 changes not saved yet')
    expect(text({ status: 'connecting', unsaved: 4 }, 'unavailable')).toBe('Connecting… 4 changes not saved yet')
    expect(text({ ...offline, unsaved: 0 }, 'unavailable')).toBe('Offline: not kept if you close this page')
  })

  test('says "Saved" of a live document without unsaved changes, and of nothing else', () => {
    const unsaved = fc.nat(1000)
    const state: fc.Arbitrary<DocumentState> = fc.oneof(
      fc.record({ status: fc.constantFrom('connecting' as const, 'syncing' as const, 'live' as const), unsaved }),
      fc.record({ status: fc.constant('offline' as const), unsaved, retryAt: fc.option(fc.nat(), { nil: undefined }) }),
      fc.record({
        status: fc.constant('refused' as const),
        unsaved,
        kind: fc.constantFrom('read-only' as const, 'deleted' as const, 'overloaded' as const),
        reason: fc.string(),
      }),
    )
    const copy = fc.constantFrom('loading' as const, 'kept' as const, 'unavailable' as const)
    fc.assert(
      fc.property(state, copy, (given, offlineCopy) => {
        const saved = given.status === 'live' && given.unsaved === 0
        const status = saveStatus(given, offlineCopy)
        expect(status.text === 'Saved').toBe(saved)
        expect(status.tone === 'good').toBe(saved)
      }),
    )
  })
})

test('every refusal kind has a text', () => {
  expect(Object.keys(refusalHelp).toSorted()).toEqual(Object.keys(closeCodes).toSorted())
})

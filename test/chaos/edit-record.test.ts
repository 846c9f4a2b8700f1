import { expect, test } from 'vitest'
import { EditRecord, type Texts } from './edit-record.ts'

function state(shown: readonly string[], waiting: readonly string[] = []): Texts {
  return { shows: (text) => shown.includes(text), holds: (text) => shown.includes(text) || waiting.includes(text) }
}

function record(): EditRecord {
  const made = new EditRecord('w', 'd')
  made.inserted('a')
  made.inserted('b')
  made.deleted('a')
  made.inserted('c')
  return made
}

test('what was told saved has to be there, and what was not may be missing', () => {
  const made = record()
  expect(made.missingFrom(state([]), 0)).toEqual([])
  expect(made.missingFrom(state(['b', 'c']), 4)).toEqual([])
  expect(made.missingFrom(state(['b']), 3)).toEqual([])
  expect(made.missingFrom(state(['c']), 4)).toEqual(['d: edit 1 of w (insert b)'])
  expect(made.missingFrom(state([]), 4)).toHaveLength(2)
})

test('a text that was taken out may be there until that is saved, and not after', () => {
  const made = record()
  expect(made.missingFrom(state(['a', 'b']), 2)).toEqual([])
  expect(made.missingFrom(state(['a', 'b']), 3)).toEqual(['d: edit 2 of w (delete a)'])
})

test('what waits for others is held, though nobody sees it', () => {
  expect(record().missingFrom(state(['b'], ['c']), 4)).toEqual([])
})

test('what was told saved once stays told', () => {
  const made = record()
  made.told(3)
  made.told(1)
  expect([made.made, made.saved]).toEqual([4, 3])
})

import { expect, test } from 'vitest'
import { contrast, inkOn, palette, safeColor } from '../src/person/colors.ts'
import { initials, keepPerson, makePerson, maxNameLength, readPerson, tidyName } from '../src/person/person.ts'

const grounds = { light: '#fbfaf7', dark: '#171a1a' }

test.each(palette)('$name carries white text and is seen on both grounds', ({ color }) => {
  expect(contrast(color, '#ffffff')).toBeGreaterThanOrEqual(4.5)
  expect(contrast(color, grounds.light)).toBeGreaterThanOrEqual(3)
  expect(contrast(color, grounds.dark)).toBeGreaterThanOrEqual(3)
  expect(inkOn(color)).toBe('#ffffff')
})

test('a color from elsewhere is painted only where it is one', () => {
  expect(safeColor('#12Ab9f')).toBe('#12Ab9f')
  expect(safeColor('red; background: url(https://example.org)')).toBe('#5f7280')
  expect(inkOn('#ffee88')).toBe('#111111')
})

test('a person is kept and read again', () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
  expect(readPerson(storage)).toBeUndefined()
  const person = makePerson(() => 0)
  keepPerson(storage, person)
  expect(readPerson(storage)).toEqual(person)
})

test.each(['', '{', 'null', '7', '{"name":"  ","color":"#123456"}', '{"name":"Ada","color":"red"}'])(
  'what is kept as %j is no person',
  (kept) => {
    expect(readPerson({ getItem: () => kept })).toBeUndefined()
  },
)

test('a storage that is full or blocked costs nothing', () => {
  const full = {
    setItem: () => {
      throw new Error('QuotaExceededError')
    },
  }
  expect(() => keepPerson(full, makePerson())).not.toThrow()
})

test('names are tidied without cutting a character in two', () => {
  expect(tidyName('  Ada \n Loom ')).toBe('Ada Loom')
  expect(tidyName('👩‍🌾'.repeat(100))).toBe('👩‍🌾'.repeat(maxNameLength))
  expect(initials('Ada Loom')).toBe('AL')
  expect(initials('👩‍🌾')).toBe('👩‍🌾')
  expect(initials('  ')).toBe('?')
})

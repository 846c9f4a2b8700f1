import type { Person } from '@weft/protocol'
import { isColor, palette } from './colors.ts'

/** Longest name that this app shows or takes, in characters. */
export const maxNameLength = 40

const storageKey = 'weft.person'

const qualities = [
  'Amber',
  'Brisk',
  'Calm',
  'Clever',
  'Gentle',
  'Keen',
  'Lucid',
  'Merry',
  'Mellow',
  'Quiet',
  'Swift',
  'Wry',
]
const creatures = [
  'Badger',
  'Crane',
  'Dormouse',
  'Finch',
  'Hare',
  'Heron',
  'Lynx',
  'Marten',
  'Otter',
  'Robin',
  'Tern',
  'Wren',
]

/** A new person with a friendly name and a color, both picked at random. */
export function makePerson(random: () => number = Math.random): Person {
  const pick = <T>(list: readonly T[], otherwise: T): T => list[Math.floor(random() * list.length)] ?? otherwise
  return {
    name: `${pick(qualities, 'Quiet')} ${pick(creatures, 'Wren')}`,
    color: pick(palette, { name: 'Woad', color: '#1f7a8c' }).color,
  }
}

/** A name as it is kept: no spaces around it, not too long. Empty where nothing is left. */
export function tidyName(text: string): string {
  // One character may be any number of code units, so those are bounded too: the name may be a stranger's.
  const bounded = text
    .trim()
    .replaceAll(/\s+/g, ' ')
    .slice(0, 10 * maxNameLength)
  return characters(bounded).slice(0, maxNameLength).join('')
}

/** The person of this browser, or undefined where none is kept or what is kept is not one. */
export function readPerson(storage: Pick<Storage, 'getItem'>): Person | undefined {
  try {
    const kept: unknown = JSON.parse(storage.getItem(storageKey) ?? 'null')
    if (typeof kept !== 'object' || kept === null || !('name' in kept) || !('color' in kept)) return undefined
    if (typeof kept.name !== 'string' || typeof kept.color !== 'string' || !isColor(kept.color)) return undefined
    const name = tidyName(kept.name)
    return name === '' ? undefined : { name, color: kept.color }
  } catch {
    return undefined
  }
}

/** Keeps the person for this browser; where storage is blocked the name lasts as long as the page. */
export function keepPerson(storage: Pick<Storage, 'setItem'>, person: Person): void {
  try {
    storage.setItem(storageKey, JSON.stringify(person))
  } catch {
    // Nothing depends on it being kept.
  }
}

/** One or two letters for an avatar. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const first = characters(words[0] ?? '')[0] ?? '?'
  const last = words.length > 1 ? (characters(words.at(-1) ?? '')[0] ?? '') : ''
  return (first + last).toUpperCase()
}

const segmenter = new Intl.Segmenter()

/** What a reader takes for one character each: an emoji of several code points is one. */
function characters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

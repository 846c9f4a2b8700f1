import { UsageError } from '../support/arguments.ts'
import { bareRelay, hocuspocus, yWebsocketServer } from './peer-systems.ts'
import type { System } from './system.ts'
import { weftSystem } from './weft-system.ts'

/** Everything that is measured, in the order of the tables. */
export function allSystems(profile?: string): readonly System[] {
  const weft = profile === undefined ? {} : { profile }
  return [
    weftSystem('memory', weft),
    weftSystem('sqlite', weft),
    weftSystem('redis', weft),
    hocuspocus('nothing'),
    hocuspocus('sqlite'),
    yWebsocketServer('nothing'),
    yWebsocketServer('leveldb'),
    bareRelay,
  ]
}

/** The systems of these names, with commas between. @throws UsageError that lists the names */
export function systemsNamed(text: string, systems: readonly System[]): readonly System[] {
  return text.split(',').map((name) => {
    const found = systems.find((system) => system.name === name)
    if (found !== undefined) return found
    throw new UsageError(`--systems takes some of ${systems.map((system) => system.name).join(', ')}, not "${name}"`)
  })
}

import { Avatar, Tooltip, VisuallyHidden } from '@mantine/core'
import type { Person } from '@weft/protocol'
import type { ReactNode } from 'react'
import { inkOn, safeColor } from './colors.ts'
import { initials, tidyName } from './person.ts'

interface PeopleProps {
  readonly people: readonly Person[]
  /** What a screen reader hears before the names, for example "Here now". */
  readonly label: string
  /** How many faces are shown before the rest becomes a number. */
  readonly limit?: number
  /** In pixels. */
  readonly size?: number
}

/** People as a row of overlapping initials; names on hover and for screen readers. */
export function People({ people, label, limit = 4, size = 28 }: PeopleProps): ReactNode {
  if (people.length === 0) return null
  const shown = people.length <= limit ? people : people.slice(0, limit - 1)
  const rest = people.slice(shown.length)
  return (
    <div className="people" data-testid="people">
      <VisuallyHidden>{`${label}: ${people.map(displayName).join(', ')}`}</VisuallyHidden>
      <Avatar.Group spacing={5} aria-hidden>
        {shown.map((person, index) => (
          <Tooltip key={index} label={displayName(person)}>
            <Face person={person} size={size} />
          </Tooltip>
        ))}
        {rest.length > 0 && (
          <Tooltip label={rest.map(displayName).join(', ')} multiline maw={260}>
            <Avatar size={size} className="face-rest">
              {`+${rest.length}`}
            </Avatar>
          </Tooltip>
        )}
      </Avatar.Group>
    </div>
  )
}

/** One person's initials on their color. */
export function Face({ person, size, ...others }: { readonly person: Person; readonly size: number }): ReactNode {
  const color = safeColor(person.color)
  return (
    <Avatar
      {...others}
      size={size}
      styles={{ placeholder: { background: color, color: inkOn(color), fontSize: Math.round(size * 0.37) } }}
    >
      {initials(person.name)}
    </Avatar>
  )
}

/** A name as it may be shown: others' clients may send any text. */
export function displayName(person: Person): string {
  return tidyName(person.name) || 'Someone'
}

import { Popover, TextInput, UnstyledButton } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { type ReactNode, useId, useState } from 'react'
import { palette } from './colors.ts'
import { Face } from './people.tsx'
import { usePerson } from './person-context.tsx'
import { maxNameLength, tidyName } from './person.ts'

/** The button with one's own initials; behind it, the name and color that others see. */
export function PersonMenu(): ReactNode {
  const { person } = usePerson()
  const [opened, setOpened] = useState(false)
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={264} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className="person-button"
          aria-label={`You are ${person.name}. Change your name or color`}
          onClick={() => setOpened(!opened)}
        >
          <Face person={person} size={32} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <PersonForm onDone={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}

function PersonForm({ onDone }: { readonly onDone: () => void }): ReactNode {
  const { person, setPerson } = usePerson()
  const [name, setName] = useState(person.name)
  const group = useId()
  const keepName = (): void => {
    const tidy = tidyName(name)
    if (tidy !== '' && tidy !== person.name) setPerson({ ...person, name: tidy })
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        keepName()
        if (tidyName(name) !== '') onDone()
      }}
    >
      <TextInput
        label="Your name"
        description="Others see it beside your caret"
        value={name}
        maxLength={maxNameLength}
        error={tidyName(name) === '' ? 'A name needs at least one letter' : undefined}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={keepName}
        data-autofocus
      />
      <fieldset className="swatches">
        <legend>Your color</legend>
        {palette.map(({ name: label, color }) => (
          <label key={color} className="swatch" style={{ background: color }} title={label}>
            <input
              type="radio"
              name={group}
              aria-label={label}
              checked={color === person.color}
              onChange={() => setPerson({ name: tidyName(name) || person.name, color })}
            />
            {color === person.color && <IconCheck size={16} stroke={3} aria-hidden />}
          </label>
        ))}
      </fieldset>
    </form>
  )
}

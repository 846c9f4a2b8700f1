import { Textarea } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { maxTitleLength, type useTitle } from './use-title.ts'

interface DocumentTitleProps {
  readonly title: ReturnType<typeof useTitle>
  readonly readOnly: boolean
  /** Whether to begin here, in a document that was just made. */
  readonly autoFocus: boolean
  /** Enter and arrow down lead on into the text. */
  readonly onLeave: () => void
}

/** The title, edited in place. */
export function DocumentTitle({ title, readOnly, autoFocus, onLeave }: DocumentTitleProps): ReactNode {
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (autoFocus) field.current?.focus()
  }, [autoFocus])
  return (
    <div className="title">
      <Textarea
        ref={field}
        variant="unstyled"
        autosize
        minRows={1}
        aria-label="Title"
        aria-describedby={title.problem === undefined ? undefined : 'title-problem'}
        classNames={{ input: 'title-input' }}
        // Nothing is claimed of the title before the catalog has answered.
        placeholder={title.text === undefined ? '' : 'Untitled'}
        value={title.text ?? ''}
        maxLength={maxTitleLength}
        readOnly={readOnly}
        spellCheck
        onChange={(event) => title.edit(event.currentTarget.value.replaceAll(/[\r\n]+/g, ' '))}
        onBlur={title.save}
        onKeyDown={(event) => {
          const { selectionStart, value } = event.currentTarget
          const atEnd = event.key === 'ArrowDown' && selectionStart === value.length
          if (event.nativeEvent.isComposing || (event.key !== 'Enter' && !atEnd)) return
          event.preventDefault()
          title.save()
          onLeave()
        }}
      />
      {title.problem !== undefined && (
        <p className="title-problem" id="title-problem" role="alert">
          <IconAlertTriangle size={15} aria-hidden />
          {`The title is not saved: ${title.problem}`}
          <button type="button" className="text-button" onClick={title.save}>
            Try again
          </button>
        </p>
      )}
    </div>
  )
}

import { Alert, Button } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { type SetAsideCopy, type WeftDocument, deleteSetAsideCopy, readSetAsideCopies } from '@weft/client'
import { type ReactNode, useEffect, useState } from 'react'
import { exactTime } from '../documents/relative-time.ts'
import { plainText } from './plain-text.ts'

/**
 * What this device kept of an earlier document with the same address. It was not merged into the present one, so
 * nobody would know of it unless it is shown.
 */
export function SetAsideNotice({ weft }: { readonly weft: WeftDocument }): ReactNode {
  const [copies, setCopies] = useState<readonly SetAsideCopy[]>([])
  useEffect(() => {
    let current = true
    const read = async (): Promise<void> => {
      await weft.loaded
      const found = await readSetAsideCopies(addressOf(weft))
      if (current) setCopies(found)
    }
    // Where there is no IndexedDB nothing was kept, and there is nothing to show.
    read().catch(() => undefined)
    return () => {
      current = false
    }
  }, [weft])

  const remove = async (epoch: string): Promise<void> => {
    await deleteSetAsideCopy({ ...addressOf(weft), epoch })
    setCopies((before) => before.filter((copy) => copy.epoch !== epoch))
  }
  return copies.map((copy) => <SetAside key={copy.epoch} copy={copy} onRemove={() => void remove(copy.epoch)} />)
}

function SetAside({ copy, onRemove }: { readonly copy: SetAsideCopy; readonly onRemove: () => void }): ReactNode {
  const [asked, setAsked] = useState(false)
  const { at, unsaved } = copy
  return (
    <Alert
      data-tone="warn"
      icon={<IconHistory aria-hidden />}
      title="This device kept an earlier document"
      className="refusal"
    >
      <p className="alert-text">
        {at > 0 ? `Since ${exactTime(new Date(at).toISOString())} this` : 'This'} address belongs to another document.
        Of the earlier one this device has a copy
        {unsaved > 0 ? `, with ${unsaved === 1 ? '1 change' : `${unsaved} changes`} that were never saved` : ''}.
      </p>
      <details className="set-aside">
        <summary>Show its text</summary>
        <pre>{plainText(copy.update) || '(no text)'}</pre>
      </details>
      <div className="alert-actions">
        {asked ? (
          <>
            <Button size="xs" color="red" onClick={onRemove}>
              Delete for good
            </Button>
            <Button size="xs" variant="default" onClick={() => setAsked(false)}>
              Keep it
            </Button>
          </>
        ) : (
          <Button size="xs" variant="default" onClick={() => setAsked(true)}>
            Delete the copy…
          </Button>
        )}
      </div>
    </Alert>
  )
}

function addressOf(weft: WeftDocument): { url: string; id: string } {
  return { url: window.location.origin, id: weft.id }
}

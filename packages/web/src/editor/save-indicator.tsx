import { ActionIcon, Tooltip, VisuallyHidden } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { WeftDocument } from '@weft/client'
import { IconAlertTriangle, IconCheck, IconCloudOff, IconRefresh, IconRotateClockwise2 } from '@tabler/icons-react'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { type SaveStatus, saveStatus } from './save-status.ts'
import { useDocumentState, useOfflineCopy } from './use-weft-document.ts'

const icons: Readonly<Record<SaveStatus['tone'], typeof IconCheck>> = {
  good: IconCheck,
  busy: IconRotateClockwise2,
  warn: IconCloudOff,
  bad: IconAlertTriangle,
}

/**
 * Typing alternates between saving and saved several times a second, an outage between offline and connecting. The
 * better of the two waits this long, so that the indicator holds still; to say "Saved" late is still true. In
 * milliseconds.
 */
const calm = 500

/** A screen reader is told what has stood for this long, not every count on the way. In milliseconds. */
const announceAfter = 1200

/** Where one's changes are, in one sentence. */
export function SaveIndicator({ weft }: { readonly weft: WeftDocument }): ReactNode {
  const state = useDocumentState(weft)
  const offlineCopy = useOfflineCopy(weft)
  const status = useCalm(useMemo(() => saveStatus(state, offlineCopy), [state, offlineCopy]))
  const [announced] = useDebouncedValue(status.text, announceAfter)
  const Icon = icons[status.tone]
  return (
    <>
      <span className="save-indicator" data-tone={status.tone} data-testid="save-indicator">
        <Icon size={16} stroke={2} aria-hidden />
        <span>{status.text}</span>
        {status.canRetry && (
          <Tooltip label="Try to connect now">
            <ActionIcon
              variant="subtle"
              color="gray"
              size={26}
              className="quiet-icon"
              aria-label="Try to connect now"
              onClick={() => weft.reconnect()}
            >
              <IconRefresh size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </span>
      <VisuallyHidden role="status" aria-live="polite">
        {announced}
      </VisuallyHidden>
    </>
  )
}

/**
 * The status as it is shown: worse news at once, better news once it has held for a moment. A step down and up again
 * within that moment, such as a retry that fails, never shows.
 */
function useCalm(status: SaveStatus): SaveStatus {
  const [shown, setShown] = useState(status)
  const latest = useRef(status)
  const waits = standing[status.tone] > standing[shown.tone]
  if (!waits && shown.text !== status.text) setShown(status)
  useEffect(() => {
    latest.current = status
  }, [status])
  useEffect(() => {
    if (!waits) return
    const timer = setTimeout(() => setShown(latest.current), calm)
    return () => clearTimeout(timer)
  }, [waits])
  return waits ? shown : status
}

const standing: Readonly<Record<SaveStatus['tone'], number>> = { bad: 0, warn: 1, busy: 2, good: 3 }

import { Alert, Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { DocumentState, WeftDocument } from '@weft/client'
import type { ReactNode } from 'react'
import { followLink } from '../router.ts'
import { refusalHelp } from './refusal-help.ts'

interface RefusalProps {
  readonly state: DocumentState & { readonly status: 'refused' }
  readonly weft: WeftDocument
}

/** Why the server said no, what that means for what was written, and what one can do. */
export function Refusal({ state: { kind, reason, unsaved }, weft }: RefusalProps): ReactNode {
  const { short, advice, retry } = refusalHelp[kind]
  return (
    <Alert
      role="alert"
      data-tone={kind === 'read-only' ? 'warn' : 'bad'}
      icon={<IconAlertTriangle aria-hidden />}
      title={`Refused: ${short}`}
      className="refusal"
    >
      <p className="alert-text">{`${reason} ${advice}`.trim()}</p>
      {unsaved > 0 && (
        <p className="alert-text">
          {unsaved === 1 ? '1 change of yours is not saved' : `${unsaved} changes of yours are not saved`} and shown
          only to you.
        </p>
      )}
      <div className="alert-actions">
        {retry !== undefined && (
          <Button
            size="xs"
            variant="default"
            onClick={() => (retry === 'reload' ? window.location.reload() : weft.reconnect())}
          >
            {retry === 'reload' ? 'Reload' : 'Try again'}
          </Button>
        )}
        <Button size="xs" variant="subtle" component="a" href="/" onClick={followLink}>
          All documents
        </Button>
      </div>
    </Alert>
  )
}

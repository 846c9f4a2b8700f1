import '../styles/document.css'
import { Alert, Button } from '@mantine/core'
import { IconCloudOff } from '@tabler/icons-react'
import type { DocumentState, WeftDocument } from '@weft/client'
import { type ReactNode, useEffect, useState } from 'react'
import { People } from '../person/people.tsx'
import { usePerson } from '../person/person-context.tsx'
import { takeIsNew } from '../router.ts'
import { Header } from '../shell/header.tsx'
import { Main } from '../shell/main.tsx'
import { DocumentTitle } from './document-title.tsx'
import { EditorSkeleton, TextSkeleton } from './editor-skeleton.tsx'
import { Refusal } from './refusal.tsx'
import { RichText } from './rich-text.tsx'
import { SaveIndicator } from './save-indicator.tsx'
import { SetAsideNotice } from './set-aside-notice.tsx'
import { useTitle } from './use-title.ts'
import {
  type Content,
  useContent,
  useDocumentState,
  useLeaveWarning,
  useOfflineCopy,
  useOthers,
  useWeftDocument,
} from './use-weft-document.ts'

/** `/d/<id>`: one document, open. */
export function EditorPage({ id }: { readonly id: string }): ReactNode {
  const { person } = usePerson()
  const weft = useWeftDocument(id, person)
  if (weft === undefined) {
    return (
      <>
        <Header />
        <EditorSkeleton />
      </>
    )
  }
  return <OpenDocument weft={weft} />
}

function OpenDocument({ weft }: { readonly weft: WeftDocument }): ReactNode {
  const state = useDocumentState(weft)
  const offlineCopy = useOfflineCopy(weft)
  const content = useContent(weft)
  const others = useOthers(weft)
  const title = useTitle(weft.id, state.status === 'live')
  const [isNew] = useState(takeIsNew)
  useLeaveWarning(state, offlineCopy)

  useEffect(() => {
    document.title = `${title.text === '' ? weft.id : title.text} · Weft`
  }, [title.text, weft.id])

  const refused = state.status === 'refused'
  return (
    <>
      <Header status={<SaveIndicator weft={weft} />} people={<People people={others} label="Also here" limit={3} />} />
      <Main className="document">
        {refused ? <Refusal state={state} weft={weft} /> : <SetAsideNotice weft={weft} />}
        {(content === 'there' || !refused) && (
          <>
            <DocumentTitle
              title={title}
              readOnly={refused}
              autoFocus={isNew}
              onLeave={() => document.getElementById('text')?.focus()}
            />
            <Text content={content} weft={weft} state={state} />
          </>
        )}
      </Main>
    </>
  )
}

interface TextProps {
  readonly content: Content
  readonly weft: WeftDocument
  readonly state: DocumentState
}

function Text({ content, weft, state }: TextProps): ReactNode {
  if (content === 'there') return <RichText weft={weft} editable={state.status !== 'refused'} />
  if (content === 'absent' && state.status === 'offline') {
    return (
      <Alert icon={<IconCloudOff aria-hidden />} data-tone="quiet" title="Not on this device" role="status">
        <p className="alert-text">
          The server cannot be reached, and this device has no copy of the document. It opens by itself as soon as the
          server answers.
        </p>
        <Button size="xs" variant="default" onClick={() => weft.reconnect()}>
          Try now
        </Button>
      </Alert>
    )
  }
  return <TextSkeleton />
}

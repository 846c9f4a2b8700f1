import { Alert, Button, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle, IconFilter, IconPlus } from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import { prefetchEditor } from '../editor/load-editor.ts'
import { documentPath, navigate } from '../router.ts'
import { Header } from '../shell/header.tsx'
import { Main } from '../shell/main.tsx'
import { problemText, weftHttp } from '../weft-http.ts'
import { DocumentRows, DocumentRowsSkeleton } from './document-rows.tsx'
import type { DocumentOrder } from './first-documents.ts'
import { useDocumentList } from './use-document-list.ts'

const orders: readonly { value: DocumentOrder; label: string }[] = [
  { value: 'updated', label: 'Last changed' },
  { value: 'created', label: 'Newest' },
  { value: 'name', label: 'Id' },
]

/** `/`: all documents. */
export function DocumentsPage(): ReactNode {
  const [order, setOrder] = useState<DocumentOrder>('updated')
  const [prefix, setPrefix] = useState('')
  const [settledPrefix] = useDebouncedValue(prefix.trim(), 250)
  const list = useDocumentList({ order, prefix: settledPrefix })
  const { state } = list

  useEffect(() => {
    document.title = 'Documents · Weft'
  }, [])

  const nothingYet = state.status === 'ready' && state.documents.length === 0 && state.query.prefix === ''
  return (
    <>
      <Header />
      <Main>
        <NewDocument />
        {!nothingYet && (
          <div className="list-controls">
            <NativeSelect
              aria-label="Order"
              size="sm"
              value={order}
              onChange={(event) => setOrder(orderNamed(event.currentTarget.value))}
              data={orders.map(({ value, label }) => ({ value, label }))}
            />
            <TextInput
              aria-label="Show only ids that begin with"
              placeholder="Id begins with…"
              size="sm"
              value={prefix}
              leftSection={<IconFilter size={15} stroke={1.7} aria-hidden />}
              onChange={(event) => setPrefix(event.currentTarget.value)}
            />
          </div>
        )}
        <Documents
          list={list}
          outdated={state.status === 'ready' && (state.query.order !== order || state.query.prefix !== settledPrefix)}
        />
      </Main>
    </>
  )
}

/** The heading, and the button that makes a document and opens it. */
function NewDocument(): ReactNode {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const create = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      const { id } = await weftHttp().createDocument({})
      navigate(documentPath(id), { isNew: true })
    } catch (error) {
      setBusy(false)
      setProblem(problemText(error))
    }
  }
  return (
    <>
      <div className="page-heading">
        <h1>Documents</h1>
        <Button
          leftSection={<IconPlus size={17} aria-hidden />}
          loading={busy}
          onClick={() => void create()}
          onPointerEnter={prefetchEditor}
          onFocus={prefetchEditor}
        >
          New document
        </Button>
      </div>
      {problem !== undefined && (
        <Alert
          role="alert"
          icon={<IconAlertTriangle aria-hidden />}
          title="The document was not created"
          withCloseButton
          closeButtonLabel="Dismiss"
          onClose={() => setProblem(undefined)}
          mb="md"
        >
          {problem}
        </Alert>
      )}
    </>
  )
}

interface DocumentsProps {
  readonly list: ReturnType<typeof useDocumentList>
  readonly outdated: boolean
}

function Documents({ list: { state, loadMore, retry }, outdated }: DocumentsProps): ReactNode {
  switch (state.status) {
    case 'loading':
      return <DocumentRowsSkeleton />
    case 'failed':
      return (
        <Alert role="alert" icon={<IconAlertTriangle aria-hidden />} title="The documents cannot be shown">
          <p className="alert-text">{state.problem}</p>
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        </Alert>
      )
    case 'ready':
      return (
        <>
          {state.problem !== undefined && (
            <p className="stale-note" role="status">
              <IconAlertTriangle size={16} aria-hidden />
              {`Not up to date: ${state.problem} Trying again…`}
            </p>
          )}
          {state.documents.length > 0 ? (
            <DocumentRows documents={state.documents} outdated={outdated} />
          ) : (
            <NoDocuments prefix={state.query.prefix} />
          )}
          {state.more && (
            <Button variant="default" onClick={loadMore} className="load-more">
              Load more
            </Button>
          )}
        </>
      )
  }
}

function NoDocuments({ prefix }: { readonly prefix: string }): ReactNode {
  if (prefix !== '') {
    return (
      <div className="empty">
        <h2>No match</h2>
        <p>
          No document here has an id that begins with <strong>{prefix}</strong>.
        </p>
      </div>
    )
  }
  return (
    <div className="empty">
      <h2>Nothing written yet</h2>
      <p>
        A document is a page that any number of people can write in at once. Make the first one, then send its address
        to whoever should write with you.
      </p>
    </div>
  )
}

function orderNamed(text: string): DocumentOrder {
  return orders.find(({ value }) => value === text)?.value ?? 'updated'
}

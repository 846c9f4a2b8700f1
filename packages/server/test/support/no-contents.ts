import type { DocumentContents } from '../../src/http/document-content.ts'

const notAsked = (): Promise<never> => Promise.reject(new Error('no content is asked for here'))

/** Contents of documents for tests that ask for none. */
export const noContents: DocumentContents = {
  render: notAsked,
  write: notAsked,
  update: notAsked,
  draft: notAsked,
  copy: notAsked,
}

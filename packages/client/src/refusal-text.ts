import type { RefusalKind } from '@weft/protocol'

const sentences: Readonly<Record<RefusalKind, string>> = {
  malformed:
    'The server could not read what this page sent. Reload the page; if it happens again, tell the developers.',
  unauthorized: 'You are not signed in, or your sign-in has expired.',
  forbidden: 'You have no access to this document.',
  revoked: 'Your access to this document has been taken back.',
  removed: 'An administrator has removed you from this document.',
  'invalid-document-id': 'There can be no document at this address.',
  'not-found': 'There is no such document.',
  deleted: 'This document has been deleted.',
  trashed: 'This document is in the trash.',
  replaced:
    'This document was deleted and made anew. What you have here belongs to the old one and was not added to the new one.',
  'message-too-large': 'A change is larger than the server takes.',
  'document-too-large': 'The document would be larger than the server holds.',
  'presence-too-large': 'What this page shows of you to others is larger than the server takes.',
  'missing-dependencies': 'The server lacks changes on which yours build. Reload the page.',
  'read-only': 'You may read this document but not change it.',
  'store-unavailable': 'The server cannot store changes at the moment.',
  'keys-unavailable': 'The server cannot check sign-ins at the moment.',
  corrupt: 'The server cannot read what it has stored of this document.',
  'too-fast': 'This page sent more than the server takes in the time.',
  'handshake-timeout': 'The server waited in vain for this page.',
  overloaded: 'The server has no room for another client at the moment.',
  restarting: 'The server is restarting.',
}

const kindsOfCodes: ReadonlyMap<number, RefusalKind> = new Map([
  [4400, 'malformed'],
  [4401, 'unauthorized'],
  [4404, 'not-found'],
  [4413, 'message-too-large'],
])

/** A refusal in a sentence for people. */
export function refusalText(kind: RefusalKind): string {
  return sentences[kind]
}

/** What a close code from 4400 to 4499 says where its reason says nothing. */
export function kindOfCloseCode(code: number): RefusalKind {
  return kindsOfCodes.get(code) ?? 'forbidden'
}

import type { RefusalKind } from '@weft/client'

/** What a refusal comes to, and what one can do. It follows the SDK's sentence, so it does not say that again. */
interface RefusalHelp {
  /** After "Refused:". */
  readonly short: string
  readonly advice: string
  /** What trying again takes; left out where it would be answered the same. */
  readonly retry?: 'reconnect' | 'reload'
}

/** For each refusal kind. */
export const refusalHelp: Readonly<Record<RefusalKind, RefusalHelp>> = {
  malformed: { short: 'the server did not understand this page', advice: '', retry: 'reload' },
  'missing-dependencies': { short: 'changes are missing earlier ones', advice: '', retry: 'reload' },
  unauthorized: {
    short: 'sign-in needed',
    advice: 'Open the document from where you got its address, or ask for access.',
    retry: 'reconnect',
  },
  forbidden: {
    short: 'no access',
    advice: 'Ask someone who has access to share the document with you.',
    retry: 'reconnect',
  },
  revoked: { short: 'access taken back', advice: 'Ask whoever ended it to give it back.', retry: 'reconnect' },
  removed: {
    short: 'you were removed',
    advice: 'Ask an administrator before you come back.',
    retry: 'reconnect',
  },
  'read-only': {
    short: 'you may read, not write',
    advice: 'Ask for write access to join in.',
    retry: 'reconnect',
  },
  'invalid-document-id': { short: 'no such document id', advice: 'Check the address of this page.' },
  'not-found': {
    short: 'it does not exist',
    advice: 'You may not make one here, so check the address of this page.',
    retry: 'reconnect',
  },
  deleted: {
    short: 'the document was deleted',
    advice: 'What is shown here is the copy of this device. Copy from it what you need.',
  },
  trashed: {
    short: 'the document is in the trash',
    advice: 'Who may write it can restore it. What is shown here is the copy of this device.',
    retry: 'reconnect',
  },
  replaced: {
    short: 'the document was made anew',
    advice: 'It stays kept on this device, and the new document opens with a reload.',
    retry: 'reload',
  },
  'message-too-large': {
    short: 'a change is too large',
    advice: 'Undo the last large paste, then try again.',
    retry: 'reconnect',
  },
  'document-too-large': {
    short: 'the document is full',
    advice: 'Go on in another document, and tell whoever runs this server.',
    retry: 'reconnect',
  },
  'presence-too-large': { short: 'presence too large', advice: 'Choose a shorter name.', retry: 'reload' },
  'store-unavailable': { short: 'the server cannot store', advice: 'Try again in a while.', retry: 'reconnect' },
  'keys-unavailable': {
    short: 'the server cannot check sign-ins',
    advice: 'Try again in a while.',
    retry: 'reconnect',
  },
  corrupt: {
    short: 'the stored document cannot be read',
    advice: 'Tell whoever runs this server; nothing was overwritten.',
    retry: 'reconnect',
  },
  'too-fast': { short: 'too many changes at once', advice: 'Wait a moment, then try again.', retry: 'reconnect' },
  'handshake-timeout': { short: 'the connection was too slow', advice: 'Try again.', retry: 'reconnect' },
  overloaded: { short: 'the server is full', advice: 'Try again in a while.', retry: 'reconnect' },
  restarting: { short: 'the server is restarting', advice: 'Try again in a moment.', retry: 'reconnect' },
}

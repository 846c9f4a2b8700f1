/**
 * The vocabulary of refusals: one name for each way in which Weft says no. Logs, metrics, HTTP problem types, error
 * frames (102) and close reasons all use these names.
 */
export type RefusalKind =
  /** A frame that cannot be decoded, a text frame, or an update that Yjs cannot read. */
  | 'malformed'
  /** A token is needed and none came, or the one that came does not hold or has expired. */
  | 'unauthorized'
  /** The document is outside what the token gives access to, whether it exists or not. */
  | 'forbidden'
  /** Access that was given has been taken back. */
  | 'revoked'
  /** An administrator removed this member. Its access is as it was, so it may come back. */
  | 'removed'
  /** The path names no document id. */
  | 'invalid-document-id'
  /** The document does not exist, and this access may not create it. */
  | 'not-found'
  /** The document was deleted. */
  | 'deleted'
  /** The document is in the trash. */
  | 'trashed'
  /** The document was deleted and made anew, or its store was replaced: the client's copy belongs to another one. */
  | 'replaced'
  /** The message is larger than the server takes. */
  | 'message-too-large'
  /** The document would grow past what the server holds. */
  | 'document-too-large'
  /** A presence state is larger than the server relays. */
  | 'presence-too-large'
  /** Updates that wait for others which never came, past the bound. */
  | 'missing-dependencies'
  /** This access may read but not write. */
  | 'read-only'
  /** The store cannot take more at the moment. */
  | 'store-unavailable'
  /** What the store holds of this document cannot be read. */
  | 'corrupt'
  /** The keys that tokens are verified with cannot be had at the moment. */
  | 'keys-unavailable'
  /** Too many messages or bytes for too long. */
  | 'too-fast'
  /** The connection was opened and then said nothing. */
  | 'handshake-timeout'
  /** The server has no room for another client right now. */
  | 'overloaded'
  /** The server is going down; another one, or the same one a little later, will answer. */
  | 'restarting'

/** The WebSocket close code for each kind (4400 to 4499 mean for good; all others may be retried). */
export const closeCodes: Readonly<Record<RefusalKind, number>> = {
  malformed: 4400,
  'missing-dependencies': 4400,
  unauthorized: 4401,
  forbidden: 4403,
  revoked: 4403,
  removed: 4403,
  'read-only': 4403,
  'invalid-document-id': 4404,
  'not-found': 4404,
  deleted: 4404,
  trashed: 4404,
  replaced: 4404,
  'message-too-large': 4413,
  'document-too-large': 4413,
  'presence-too-large': 4413,
  'too-fast': 4529,
  'handshake-timeout': 1013,
  overloaded: 1013,
  'store-unavailable': 1013,
  'keys-unavailable': 1013,
  corrupt: 1013,
  restarting: 1012,
}

/** Whether a close code means that coming back is pointless. */
export function isFinalCloseCode(code: number): boolean {
  return code >= 4400 && code < 4500
}

/**
 * The close reason for a refusal: its kind, and for codes 1012 and 1013 the time to come back in as
 * `retry-after=<ms>` at the end.
 *
 * @param retryAfter milliseconds
 */
export function closeReason(kind: RefusalKind, retryAfter?: number): string {
  return retryAfter === undefined ? kind : `${kind} retry-after=${Math.ceil(retryAfter)}`
}

/** What a close reason says, as {@link closeReason} wrote it. A reason of another origin has no kind. */
export function parseCloseReason(reason: string): { kind?: RefusalKind; retryAfter?: number } {
  const words = reason.split(' ')
  const word = words[0] ?? ''
  const wait = /^retry-after=(\d{1,9})$/.exec(words.at(-1) ?? '')
  return {
    ...(isRefusalKind(word) ? { kind: word } : {}),
    ...(wait ? { retryAfter: Number(wait[1]) } : {}),
  }
}

/** Whether a text is one of the kinds. */
export function isRefusalKind(text: string): text is RefusalKind {
  return Object.hasOwn(closeCodes, text)
}

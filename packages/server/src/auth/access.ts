/** What someone may do with documents, from less to more. */
export type Role = 'read' | 'write' | 'admin'

/** Who someone is and what they may do with one document. */
export interface Access {
  /** A token's subject, or an anonymous id. */
  readonly actor: string
  readonly role: Role
}

/** Why nobody is let in. */
export interface Refused {
  readonly refused: 'unauthorized' | 'forbidden' | 'invalid-document-id'
  /** For a person; says what to do. */
  readonly text: string
}

/** Decides who may do what. One policy for HTTP and WebSocket. */
export interface AccessPolicy {
  /**
   * @param token what the client brought, if it brought one
   * @param document the document it asks for; undefined for the API as a whole
   */
  decide(token: string | undefined, document: string | undefined): Promise<Access | Refused>
}

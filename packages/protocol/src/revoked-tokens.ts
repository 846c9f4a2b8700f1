/** Tokens that were taken back: one by its id (`jti`), or those of a subject, everywhere or for one document. */
export type RevokedTokens =
  | { readonly jti: string }
  | { readonly subject: string; readonly document?: string | undefined }

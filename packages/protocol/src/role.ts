/** What someone may do with documents, from less to more. */
export const roles = ['read', 'write', 'admin'] as const

/** One of {@link roles}. */
export type Role = (typeof roles)[number]

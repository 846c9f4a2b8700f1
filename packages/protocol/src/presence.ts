/** The awareness field in which editors publish who they are, as Tiptap's and y-prosemirror's carets read it. */
export const userField = 'user'

/** A person as others see them. */
export interface Person {
  readonly name: string
  /** A CSS color, `#rrggbb`. */
  readonly color: string
}

/** The person that an awareness state names, or undefined where it names none. */
export function personOf(state: unknown): Person | undefined {
  const user = isRecord(state) ? state[userField] : undefined
  if (!isRecord(user) || typeof user['name'] !== 'string' || typeof user['color'] !== 'string') return undefined
  return { name: user['name'], color: user['color'] }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

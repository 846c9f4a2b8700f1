/** A node of rich text, in the shape that ProseMirror's and Tiptap's `getJSON` have. */
export interface ContentNode {
  readonly type: string
  readonly attrs?: Readonly<Record<string, unknown>>
  readonly content?: readonly ContentNode[]
  readonly marks?: readonly ContentMark[]
  readonly text?: string
}

/** A format of a text: bold, a link, … */
export interface ContentMark {
  readonly type: string
  readonly attrs?: Readonly<Record<string, unknown>>
}

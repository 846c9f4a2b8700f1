/** What the nodes that share a store answered, each for itself. */
export interface NodeAnswers<Answer> {
  readonly answers: readonly { readonly node: string; readonly answer: Answer }[]
  /** The names of those that did not answer in time. */
  readonly unanswered: readonly string[]
}

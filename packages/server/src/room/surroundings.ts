/**
 * What a room needs of the world. It is handed in, so that a test owns time and chance, and so that rooms can be fuzzed
 * without either.
 */
export interface Surroundings {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once after so many milliseconds, unless the returned function is called before. */
  timer(milliseconds: number, callback: () => void): () => void
  /** Calls back once what is already waiting to be read from sockets has been read. */
  soon(callback: () => void): void
  /** A new random id that nobody else draws. */
  randomId(): string
}

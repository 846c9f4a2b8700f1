import type { SQLOutputValue } from 'node:sqlite'

/** A row as SQLite gives it. The tables are strict, so a column of another type is a fault of ours or of the file. */
export type Row = Record<string, SQLOutputValue>

/** @throws TypeError */
export function numberIn(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new TypeError(`column ${column} holds no number`)
  return value
}

/** @throws TypeError */
export function textIn(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds no text`)
  return value
}

/** @throws TypeError */
export function bytesIn(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (!(value instanceof Uint8Array)) throw new TypeError(`column ${column} holds no bytes`)
  return value
}

/** A number, or undefined where the column is empty. */
export function maybeNumberIn(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : numberIn(row, column)
}

/** A text, or undefined where the column is empty. */
export function maybeTextIn(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textIn(row, column)
}

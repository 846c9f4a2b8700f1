import {
  CursorGoneError,
  DocumentDeletedError,
  DocumentNotFoundError,
  EpochMismatchError,
  BackupFormatError,
  FileNotFoundError,
  FilesFullError,
  InvalidCursorError,
  StoreError,
} from '@weft/persistence'
import type { Problem, ProblemKind } from '@weft/protocol/http'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { HTTPException } from 'hono/http-exception'
import type { z } from 'zod'
import { ContentError } from '../content/content-error.ts'
import { WriteRefusedError } from '../room/outside-write.ts'

/** An error with the answer it becomes. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly kind: ProblemKind
  readonly status: ContentfulStatusCode
  readonly errors: Problem['errors']

  constructor(kind: ProblemKind, status: ContentfulStatusCode, detail: string, errors?: Problem['errors']) {
    super(detail)
    this.kind = kind
    this.status = status
    this.errors = errors
  }
}

/** The problem of input that does not fit its schema: every field that is wrong, and how. */
export function invalidRequest(error: z.ZodError): ProblemError {
  const errors = error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }))
  const fields = errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
  return new ProblemError('invalid-request', 400, fields.join('; '), errors)
}

/** The problem of one field, header or parameter. */
export function invalidField(field: string, message: string): ProblemError {
  return new ProblemError('invalid-request', 400, `${field}: ${message}`, [{ field, message }])
}

const titles: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'A token is needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'The method is another one',
  409: 'It conflicts with what is there',
  410: 'Gone',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'The body is of another type',
  422: 'It cannot be used so',
  500: 'The server failed',
  503: 'Not available at the moment',
}

/** The one place where an error becomes an answer (E2). */
export function answerProblem(error: unknown, context: Context, report: (error: unknown) => void): Response {
  const problem = problemOf(error)
  if (problem.status >= 500) report(error)
  return context.body(JSON.stringify(bodyOf(problem)), problem.status, {
    'content-type': 'application/problem+json',
    // RFC 6750: how to come in.
    ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  })
}

/** An error as a problem that is part of an answer which has begun. */
export function problemIn(error: unknown): Problem {
  return bodyOf(problemOf(error))
}

function bodyOf({ kind, status, message, errors }: ProblemError): Problem {
  return {
    type: `/problems/${kind}`,
    title: titles[status] ?? 'Something went wrong',
    status,
    detail: message,
    ...(errors === undefined ? {} : { errors }),
  }
}

function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof DocumentNotFoundError) return new ProblemError(error.kind, 404, error.message)
  if (error instanceof DocumentDeletedError) return new ProblemError(error.kind, 410, error.message)
  if (error instanceof FileNotFoundError) return new ProblemError('not-found', 404, error.message)
  if (error instanceof FilesFullError) return new ProblemError('files-full', 409, error.message)
  if (error instanceof BackupFormatError) return new ProblemError('backup-unreadable', 400, error.message)
  if (error instanceof InvalidCursorError) return new ProblemError('invalid-cursor', 400, error.message)
  if (error instanceof WriteRefusedError) return writeProblem(error)
  if (error instanceof EpochMismatchError) return new ProblemError(error.kind, 410, error.message)
  if (error instanceof ContentError) return contentProblem(error)
  if (error instanceof CursorGoneError) return new ProblemError('cursor-gone', 410, error.message)
  if (error instanceof StoreError) return new ProblemError(error.kind, 503, error.message)
  if (error instanceof HTTPException) return new ProblemError('invalid-request', error.status, error.message)
  if (isCutShort(error)) return new ProblemError('invalid-request', 400, 'the body was cut short')
  // What it was is for the log, not for the caller.
  return new ProblemError('internal', 500, 'The server failed in a way it has no name for; its log says more.')
}

function writeProblem({ kind, message }: WriteRefusedError): ProblemError {
  if (kind === 'document-too-large') return new ProblemError(kind, 413, message)
  return new ProblemError(kind, kind === 'malformed' ? 400 : 503, message)
}

function contentProblem({ kind, message }: ContentError): ProblemError {
  switch (kind) {
    case 'ambiguous-field':
      return invalidField('field', message)
    case 'wrong-type':
      return new ProblemError('wrong-type', 409, message)
    case 'malformed':
      return new ProblemError(kind, 400, message)
    case 'missing-dependencies':
      return new ProblemError(kind, 409, message)
    case 'too-deep':
      return new ProblemError('too-deep', 422, message)
    case 'unreadable':
      return new ProblemError('corrupt', 503, message)
    case 'overloaded':
    case 'too-long':
      return new ProblemError(kind, 503, message)
    case 'failed':
      return new ProblemError('internal', 500, 'The content could not be read; the log of the server says more.')
  }
}

/** Whether a body could not be read because its sender went or broke off: that is no failure of the server's. */
function isCutShort(error: unknown): boolean {
  return error instanceof Error && error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET'
}

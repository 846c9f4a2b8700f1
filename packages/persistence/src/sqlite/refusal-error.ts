import { FilesFullError } from '../document-files.ts'
import {
  CorruptRecordError,
  DocumentDeletedError,
  DocumentNotFoundError,
  DocumentTrashedError,
  EpochMismatchError,
  type StoreError,
  TipMovedError,
} from '../errors.ts'
import type { Refusal } from './write-jobs.ts'

/**
 * The error that a refusal from one of the threads stands for. Threads send plain values, because the class of an error
 * does not come across.
 */
export function refusalError(document: string, refusal: Refusal): StoreError | FilesFullError {
  switch (refusal.reason) {
    case 'not-found':
      return new DocumentNotFoundError(document)
    case 'deleted':
      return new DocumentDeletedError(document)
    case 'trashed':
      return new DocumentTrashedError(document)
    case 'epoch':
      return new EpochMismatchError(document, refusal.expected, refusal.found)
    case 'tip':
      return new TipMovedError(document, refusal.expected, refusal.found)
    case 'files-full':
      return new FilesFullError(document, refusal.limits)
    case 'corrupt':
      return new CorruptRecordError(document, refusal.position, refusal.detail)
  }
}

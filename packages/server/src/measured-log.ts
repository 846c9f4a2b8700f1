import type {
  AppendReceipt,
  AppendRequest,
  Checkpoint,
  CheckpointReader,
  DocumentLog,
  LoadedDocument,
  Place,
} from '@weft/persistence'
import type { Metrics } from './observability/metrics.ts'

/** A log whose appends are counted and timed. */
export class MeasuredLog implements DocumentLog {
  readonly #log: DocumentLog
  readonly #metrics: Metrics

  constructor(log: DocumentLog, metrics: Metrics) {
    this.#log = log
    this.#metrics = metrics
  }

  append(document: string, request: AppendRequest): Promise<AppendReceipt> {
    const begun = performance.now()
    const ended = (outcome: 'durable' | 'failed'): void => {
      this.#metrics.appended(outcome, (performance.now() - begun) / 1_000)
    }
    const receipt = this.#log.append(document, request)
    receipt.then(
      () => ended('durable'),
      () => ended('failed'),
    )
    return receipt
  }

  load(document: string, reader?: CheckpointReader): Promise<LoadedDocument> {
    return this.#log.load(document, reader)
  }

  read(document: string, from: number): Promise<LoadedDocument> {
    return this.#log.read(document, from)
  }

  replaceCheckpoint(document: string, checkpoint: Checkpoint, replaces: string | undefined): Promise<boolean> {
    return this.#log.replaceCheckpoint(document, checkpoint, replaces)
  }

  heads(documents: readonly string[]): Promise<readonly (Place | undefined)[]> {
    return this.#log.heads(documents)
  }

  begin(document: string, lost: string, at: number): Promise<Place> {
    return this.#log.begin(document, lost, at)
  }
}

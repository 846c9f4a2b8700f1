import { closeCodes } from '@weft/protocol'
import { WebSocket } from 'ws'

/**
 * `ws` closes a connection whose frames break the protocol by itself, with the standard's codes. Stock clients would retry
 * for ever on those, so they are translated here to ours, which say that coming back with the same is pointless.
 */
export class ClosingSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    switch (code) {
      case 1009:
        super.close(closeCodes['message-too-large'], 'message-too-large')
        return
      case 1002:
      case 1007:
      case 1008:
        super.close(closeCodes.malformed, 'malformed')
        return
      default:
        super.close(code, reason)
    }
  }
}

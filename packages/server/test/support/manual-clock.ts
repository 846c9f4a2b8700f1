import { FakeSurroundings } from './fake-surroundings.ts'

/** The test's own time over real sockets: timers are due when the test says so, all else runs as it does in the server. */
export class ManualClock extends FakeSurroundings {
  override soon(callback: () => void): void {
    setImmediate(callback)
  }
}

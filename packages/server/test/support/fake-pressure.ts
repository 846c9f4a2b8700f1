import type { Pressure } from '../../src/room/pressure.ts'

/** A node that is as hard pressed as the test says: at ease until then. */
export class FakePressure implements Pressure {
  presenceInterval = 0
  flushWidening = 1
  comeBackIn: number | undefined

  turnAway(): number | undefined {
    return this.comeBackIn
  }
}

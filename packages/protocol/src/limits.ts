/** Sizes that client and server must agree on. In bytes where nothing else is said. */

/** Largest WebSocket message that a server takes by default. A client splits what is larger. */
export const defaultMaxMessageBytes: number = 16 * 1024 * 1024

/**
 * A state larger than this goes out as several updates, so that a slow link hears something well within its 30 s
 * watchdog and can show progress.
 */
export const statePartBytes: number = 256 * 1024
